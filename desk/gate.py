"""Before a worker first reaches somebody they read what makes that safe and possible for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from desk import changes
from desk.intake import Intake
from desk.looks import READY
from desk.places import ACCESS, CONTACT
from store.sealing import Sealer


def is_passed(intake: Intake, worker: str) -> bool:
    """Has this worker read it, as it stands now?"""
    said = (intake.record.by(question).at for question in (*CONTACT, ACCESS))
    newest = max((at for at in said if at), default=intake.head.started_at)
    mine = (look for look in intake.looks if look.worker == worker and look.purpose == READY)
    return any(look.at >= newest for look in mine)


def passed(
    connection: Connection, sealer: Sealer, conversation: str, worker: str, now: datetime
) -> None:
    """This worker has read it."""
    changes.look_for(connection, conversation, worker, READY, now, sealer)
