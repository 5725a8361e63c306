"""Small tables of the registry as workbooks, through django-import-export."""
