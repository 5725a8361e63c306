"""Pages for leaders and department staff."""
