"""The registry in the back office. Each class names the service that writes its rows."""
