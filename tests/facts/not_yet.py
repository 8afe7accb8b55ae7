"""The facts that the product doesn't live with yet, or not provably, and what is missing.

Who adds what is missing adds its test to the fact's row and takes the entry out here.
"""

NOT_YET = {
    "scope-is-401": "the error of such a 401 speaks of an expired token, not of a missing scope",
    "selector-names-what-is-deleted": "nothing proves what becomes of events under such a selector",
    "parent-changelog-forms": "`Parent Link` isn't read, nor are keys in `Parent Issue`",
    "long-in-lists": "the lists of projects that divide a search grow with the site",
    "types-of-each-project": "a search for epics names every type of their level in one list",
    "epic-without-a-name": "the example's title falls back to the summary for null, not for ''",
    "boards-behind-the-database": "an event of an issue reads backlogs once, however old they are",
    "user-deleted-payload": "without a name it is ignored: the next resync removes the user",
    "attachment-without-its-issue": "no test; a removal that nothing else tells of isn't noticed",
    "created-in-a-sprint": "the sprint of a new issue isn't read out of its custom field",
    "translated-field-names": "changelog items are told by `field`, and not by `fieldId`",
    "points-an-hour": "points aren't counted, and nothing is spread over the hour",
    "points-headers": "`RateLimit` and `RateLimit-Policy` aren't read",
    "reasons-of-429": "`jira-cost-based` is taken for a limit of one endpoint, without a test",
}
