"""Which of the candidates for deletion Port has at all, and what Jira says of them."""

from collections.abc import Sequence
from dataclasses import replace

from port_ocean.core.models import Entity

from port.deletions import Candidate, Reason, without
from port.entities import key_of
from port.related_rows import Looked
from port.writer import PortWriter


async def there_of(
    writer: PortWriter, candidates: Sequence[Candidate], upserts: Sequence[Entity]
) -> list[Candidate]:
    """The candidates that are in Port and ours, as they are there, and not written now."""
    asked = {key_of(c.entity): c for c in reversed(candidates)}
    wanted = without([candidate.entity for candidate in candidates], upserts)
    # Told again, Port would delete what is written when it is gone.
    wanted = [e for e in wanted if not (e.is_using_search_identifier or writer.going.goes(e))]
    ours = await writer.ours(wanted)
    others = without(wanted, ours)
    # What is to be written again is as good as there.
    held = [entity for entity in others if writer.going.is_written_anew(entity)]
    # Others of Port's making are there as long as something relates to them.
    stubs = [e for e in without(others, held) if asked[key_of(e)].reason is Reason.STUB]
    made_by_port = await writer.stubs_called(stubs) if stubs else []
    there = [*ours, *held, *made_by_port]
    return [replace(asked[key_of(entity)], entity=entity) for entity in there]


def unsaid_of(doomed: Sequence[Candidate], looked: Looked) -> list[Candidate]:
    """Those that Jira can't be asked for by the name they have."""
    is_unsaid = {key_of(entity) for entity in looked.unsaid}
    return [candidate for candidate in doomed if key_of(candidate.entity) in is_unsaid]


def gone_of(doomed: Sequence[Candidate], looked: Looked) -> list[Candidate]:
    """Those of which Jira says that they are gone; of a stub of Port's nobody need say so."""
    gone = {key_of(entity) for entity in looked.gone}
    gone |= {key_of(c.entity) for c in unsaid_of(doomed, looked) if c.reason is Reason.STUB}
    return [candidate for candidate in doomed if key_of(candidate.entity) in gone]
