"""The meeting worksheet: one page for what a meeting did to every open commitment of its parties.

`values` defines a row's values, `rows` reads the rows, `forms` validates them, and `saving` writes
one row. `feedback` holds its messages, `row_views` and `autosave` render it as HTML and as JSON,
`pages` has the views, and `source_text` shows the statement next to the rows.
"""
