"""How gunicorn serves the product: threads, since synchronous workers close every connection."""

import os

os.environ.setdefault("LOCK_PATIENCE_SECONDS", "30")  # of requests
preload_app = True  # unsound settings end the master at once, and processes share memory
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "20"))  # WEB_WRITERS of them may write
keepalive = 15
timeout = 120  # the largest list is still being received when a slow line sends it
max_requests = 20_000  # a leak in a library must not grow for months
max_requests_jitter = 2_000
control_socket_disable = True  # nobody steers a running server through it
accesslog = None  # addresses hold search words, which may be names; who did what is in the audit trail
if os.environ.get("NINGJU_TLS") == "direct":
    certfile = os.environ["TLS_CERTIFICATE"]
    keyfile = os.environ["TLS_KEY"]
