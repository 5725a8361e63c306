"""Lists on their way in and out: safe reading, header finding, large exports and small styled workbooks.

`reading.open_book` is the only door in, `headers.find_header` says where a table begins, `writing.write_rows` is the
way out for lists of any length and `forms` for workbooks that people fill in or correct. Nothing here knows the ORM.
"""
