"""党费: what is due of each member, what was paid, handed up and returned (rules §14)."""

from dues.models.assessments import Arrears, Assessment, Due, Relief
from dues.models.funds import Income, Publication, Spending, Voucher
from dues.models.hand_ups import HandUp
from dues.models.ledger import Book, Closing, Entry, EntryKind
from dues.models.payments import Payment
from dues.models.refunds import Refund, RefundMonth, RefundStep

__all__ = [
    "Arrears",
    "Assessment",
    "Book",
    "Closing",
    "Due",
    "Entry",
    "EntryKind",
    "HandUp",
    "Income",
    "Payment",
    "Publication",
    "Refund",
    "RefundMonth",
    "RefundStep",
    "Relief",
    "Spending",
    "Voucher",
]
