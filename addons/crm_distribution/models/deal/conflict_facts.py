"""Facts of conflicts from records."""

from collections.abc import Iterable

from ...channel import conflict
from ...channel.conflict import Fact

SOLICITATION = [
    (conflict.ACTIVE, "Active"),
    (conflict.PASSIVE, "Passive"),
    (conflict.UNKNOWN, "Not Known"),
]


def names(records) -> str:
    return ", ".join(sorted(one.display_name for one in records))


def are_related(category, other) -> bool:
    """One category is the other, or stands above it; none is all goods."""
    if not category or not other:
        return True
    path, other_path = category.parent_path, other.parent_path
    return path.startswith(other_path) or other_path.startswith(path)


def fact(
    kind: str,
    *,
    holder,
    other,
    about: Iterable,
    proof: Iterable[tuple[str, str]],
    company,
    policy=None,
    activity: str = conflict.UNKNOWN,
    severity: str = conflict.MEDIUM,
    own: bool | None = None,
    restricts: bool = False,
    **links,
) -> Fact:
    """
    :param holder: the intermediary whose promise or deal is touched
    :param other: the intermediary on the other side; nobody: our own sales, unless
        ``own`` says that nobody is meant
    :param about: the records that contradict each other
    :param restricts: the promise holds against this sale, however it came about
    """
    direction = conflict.direction(
        holder.distribution_level_id.id,
        (other or holder).distribution_level_id.id,
        own=not other if own is None else own,
    )
    forbids = bool(policy) and policy.conflict_handling == "block"
    ids = {name: record.id for name, record in links.items() if record}
    ids |= {"partner_id": holder.id}
    ids |= {"other_partner_id": other.id} if other else {}
    ids |= {"policy_id": policy.id} if policy else {}
    return Fact(
        company_id=company.id,
        kind=kind,
        about=tuple(f"{record._name} {record.id}" for record in about),
        proof=tuple(proof),
        direction=direction,
        activity=activity,
        severity=severity,
        blocks=forbids and (restricts or conflict.may_block(direction, activity)),
        restricts=restricts,
        links=tuple(sorted(ids.items())),
    )
