"""How dates are written: Django's own Chinese formats print 2024年8月16日, a report says 2024-08-16."""
