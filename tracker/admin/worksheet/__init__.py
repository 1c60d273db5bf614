"""The meeting worksheet: one page for what a meeting did to every open commitment of its parties.

`values` defines a row's values, `rows` reads rows and `sheets` a page of them, `forms` validates
them, and `saving` writes them. `feedback` holds a row's messages, `row_views` renders it as HTML
and as JSON. `pages` has the views; `source_pages` those of the statement beside the rows, whose
text `source_text` stores and marks.
"""
