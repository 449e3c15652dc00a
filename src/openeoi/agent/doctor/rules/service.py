"""The PC/SC service and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from openeoi.agent.doctor.catalogue import Diagnosis, found
from openeoi.agent.doctor.facts import Facts, Platform, Reach

TOLERANCE: Final = timedelta(days=1)


def service(facts: Facts) -> Iterator[Diagnosis]:
    """At most one trouble of the service is told: those behind it cannot be seen before it is gone."""
    if facts.platform is not Platform.LINUX:
        yield found("platform_not_examined", platform=facts.platform.value)
    trouble = _trouble(facts)
    if trouble is not None:
        yield trouble
    elif facts.platform is Platform.LINUX and not facts.pcsc_module:
        yield found("pcsc_module_missing")
    elif facts.pcsc_module and (facts.platform is not Platform.LINUX or facts.service.reach is Reach.REACHED):
        yield found("service_well")
    elif not facts.pcsc_module:
        yield found("pcsc_module_missing")


def _trouble(facts: Facts) -> Diagnosis | None:
    known = facts.service
    if facts.platform is not Platform.LINUX:
        return None
    if known.reach is Reach.REACHED:
        if known.refuses:
            return found("service_refuses_remote" if known.remote else "service_refuses")
        return None
    if known.sandbox:
        return found("sandboxed_here", sandbox=known.sandbox)
    match known.reach:
        case Reach.NOT_ALLOWED:
            return found("service_not_allowed")
        case Reach.REFUSED:
            return found("service_not_answering")
    return found("service_not_running" if known.installed else "service_not_installed")


def clock(facts: Facts) -> Iterator[Diagnosis]:
    known = facts.clock
    if known.newest is not None and known.now < known.newest - TOLERANCE:
        yield found("clock_behind", now=known.now.date(), newest=known.newest.date())
    elif known.synchronised is False:
        yield found("clock_not_synchronised")
