"""What the settings come to, before anything is opened: which services, which channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import worlds
from bot.channels.countries import EVERYWHERE, Countries
from bot.conversation.channel import SMS, TELEGRAM, Account
from bot.conversation.model import World
from bot.sharing import Only
from bot.worlds import Library
from config import services
from config.services import MAIN, PRACTICE, Configured
from config.settings import LOOPBACK, Settings, SettingsError, Twilio
from store import engines

# core.telegram.org/bots/api#deletemessage; Twilio sets no time.
KEPT_FOR = {TELEGRAM.name: timedelta(hours=48)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What the settings come to. `live` are accounts that real people can reach, `countries` those
    that texts go to; what is erased is erased for good after `delete_hold`."""

    settings: Settings
    library: Library
    worlds: Mapping[str, World]
    live: tuple[Account, ...]
    rehearsed: tuple[Account, ...]
    missing: str = ""
    only: Only = ""
    countries: Countries = EVERYWHERE
    delete_hold: timedelta = timedelta()


def plan(settings: Settings, rehearse: bool = False, only: Only = "") -> Plan:
    """Look at everything before anything is opened. `rehearse` asks for the rehearsal phone even
    beside real channels; a process that does only a part has none. Raises `SettingsError`, or
    `FlowError` for flows and catalogues."""
    if only and not engines.is_shared(engines.address(settings.database_url)):
        raise SettingsError("DATABASE_URL: --only needs PostgreSQL; SQLite has one process.")
    main, library, live = services.main(settings), worlds.read(), _live(settings)
    if live and main.placeholders:
        names = ", ".join(f"OWNPACE_SERVICE_{name.upper()}" for name in main.placeholders)
        raise SettingsError(
            f"The service's {' and '.join(main.placeholders)} must be filled in before real people"
            f" can write to it: in {settings.config}, or as {names}."
        )
    merge = timedelta(seconds=settings.merge)
    links, both = settings.public_url is not None, (main.service, services.practice())
    known = (
        replace(service, merge=merge, delete_hold=main.delete_hold, links=links) for service in both
    )
    made = {service.id: worlds.world(library, service) for service in known}
    rehearsed = () if only else _rehearsed(settings, asked=rehearse or not live)
    missing = ", ".join(main.placeholders) or "a channel: TELEGRAM_BOT_TOKEN, or TWILIO_*"
    told = f"fill in {missing}"
    rest = (told, only, texts_to(main), main.delete_hold)
    return Plan(settings, library, made, live, rehearsed, *rest)


def texts_to(main: Configured) -> Countries:
    """The countries that this service writes texts to."""
    return Countries(main.countries, main.shut)


def _live(settings: Settings) -> tuple[Account, ...]:
    found = []
    if settings.telegram_token:
        found.append(telegram_account(settings.telegram_token.get_secret_value()))
    if settings.twilio:
        found.append(sms_account(settings.twilio))
    return tuple(found)


def telegram_account(token: str) -> Account:
    # The number before the colon is the bot's public id.
    return Account(f"telegram:{token.partition(':')[0]}", MAIN, TELEGRAM)


def sms_account(twilio: Twilio) -> Account:
    return Account(f"sms:{twilio.sender}", MAIN, SMS)


def clears(plan: Plan) -> Mapping[str, timedelta | None]:
    """The accounts where single messages can be removed, and for how long after each (None:
    always): a chat on Telegram, also the rehearsal's, and Twilio's log."""
    found = [*plan.live, *(account for account in plan.rehearsed if account.traits.clears)]
    return {account.id: KEPT_FOR.get(account.traits.name) for account in found}


def _rehearsed(settings: Settings, asked: bool) -> tuple[Account, ...]:
    """Phones that do not exist; they ring on this machine only."""
    wanted = asked if settings.rehearsal is None else settings.rehearsal
    if not wanted or settings.host not in LOOPBACK:
        return ()
    return tuple(Account(f"rehearsal-{t.name}", PRACTICE, t) for t in (SMS, TELEGRAM))
