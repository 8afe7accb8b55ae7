"""The facts that the product doesn't live with yet, or not provably, and what is missing.

Who adds what is missing adds its test to the fact's row and takes the entry out here.
"""

NOT_YET = {
    "selector-names-what-is-deleted": "nothing proves what becomes of events under such a selector",
    "long-in-lists": "the lists of projects that divide a search grow with the site",
    "types-of-each-project": "a search for epics names every type of their level in one list",
}
