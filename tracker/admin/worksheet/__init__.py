"""The meeting worksheet: one page for what a meeting did to every open commitment of its parties.

`values` is a row in the form in which it is typed, stored and compared; `rows` reads the rows;
`forms` makes drafts' values of what was typed; `saving` writes a row, or says why not; `telling`
words what a row is told; `showing` and `answering` are a row on the page and in JSON; `pages` are
the views; `source_text` is the statement beside the rows.
"""
