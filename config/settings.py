"""What the environment says, typed and checked: the names are those of docs and of the README.

Every secret is also read from a file that `NAME_FILE` names. A fault is told as a plain sentence
with the name in it and never with the value.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config import files, plain
from config.forms import LOOPBACK as LOOPBACK
from config.forms import (
    Address,
    BotToken,
    HookAddress,
    Host,
    MailFrom,
    MailServer,
    MetricsToken,
    OldKeys,
    WebhookSecret,
)

SHIPPED = Path(__file__).parent
KEY_LENGTH = 32  # characters
TWILIO = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")


class SettingsError(Exception):
    """Settings that can't be used: one plain sentence a line, each with the name to change."""


def _name(name: str, how: str, **more: Any) -> Any:
    """A setting called `name` in the environment; `how` says how it is written."""
    return Field(validation_alias=name, description=how, **more)


class Twilio(NamedTuple):
    """All that SMS needs. `sender` is a number or the SID of a messaging service."""

    account_sid: str
    auth_token: str
    sender: str
    public_url: str
    api_base: str

    def __repr__(self) -> str:
        return "Twilio(...)"


class Settings(BaseSettings):
    """All settings from the environment. Nothing here has been looked at beyond its own form."""

    model_config = SettingsConfigDict(
        hide_input_in_errors=True, extra="ignore", frozen=True, env_ignore_empty=True
    )

    data: Path = _name("OWNPACE_DATA", "give a folder for everything written", default=Path("data"))
    config: Path = _name(
        "OWNPACE_CONFIG", "give the service's own file", default=SHIPPED / "ownpace.toml"
    )
    database: SecretStr | None = _name(
        "DATABASE_URL", "write it as in sqlite:///data/ownpace.db", default=None
    )
    secret_key: SecretStr | None = _name(
        "OWNPACE_SECRET_KEY",
        f"give at least {KEY_LENGTH} random characters, or leave it out and one is made",
        default=None,
        min_length=KEY_LENGTH,
    )
    old_keys: OldKeys | None = _name(
        "OWNPACE_SECRET_KEY_OLD",
        f"give the master keys of before, each of {KEY_LENGTH} characters or more, with blanks"
        " between them, or leave it out",
        default=None,
    )
    public_url: Address | None = _name(
        "OWNPACE_PUBLIC_URL",
        "give the https address of this machine without a path, as in https://intake.example.org",
        default=None,
    )
    host: Host = _name(
        "OWNPACE_HOST",
        "give the address to listen on without a port, as in 127.0.0.1 or 0.0.0.0",
        default="127.0.0.1",
    )
    port: int = _name(
        "OWNPACE_PORT", "give a number from 1 to 65535, such as 8080", default=8080, ge=0, le=65535
    )
    rehearsal: bool | None = _name(
        "OWNPACE_REHEARSAL", "give 1 to have the rehearsal phone, 0 to have none", default=None
    )
    merge: float = _name(
        "OWNPACE_MERGE_SECONDS",
        "give seconds from 0 to 60, such as 3; 0 takes each text by itself",
        default=3,
        ge=0,
        le=60,
    )

    metrics_token: MetricsToken | None = _name(
        "OWNPACE_METRICS_TOKEN",
        "give 16 to 256 of A-Z a-z 0-9 _ -, or leave it out: /metrics answers this machine only",
        default=None,
    )
    hook_url: HookAddress | None = _name(
        "OWNPACE_WEBHOOK_URL",
        "give the https address of the case system that is to be told",
        default=None,
    )
    hook_secret: SecretStr | None = _name(
        "OWNPACE_WEBHOOK_SECRET",
        f"give at least {KEY_LENGTH} random characters that the case system knows too",
        default=None,
        min_length=KEY_LENGTH,
    )
    hook_content: bool = _name(
        "OWNPACE_WEBHOOK_CONTENT", "give 1 to send the whole record along", default=False
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _name(
        "OWNPACE_LOG_LEVEL", "give DEBUG, INFO, WARNING or ERROR", default="INFO"
    )
    log_format: Literal["json", "text"] = _name(
        "OWNPACE_LOG_FORMAT", "give json or text", default="json"
    )

    telegram_token: BotToken | None = _name(
        "TELEGRAM_BOT_TOKEN",
        "give the token as BotFather shows it, with the number and the colon",
        default=None,
    )
    telegram_secret: WebhookSecret | None = _name(
        "TELEGRAM_WEBHOOK_SECRET",
        "give 1 to 256 of A-Z a-z 0-9 _ -, or leave it out and one is made",
        default=None,
    )
    telegram_mode: Literal["auto", "webhook", "polling"] = _name(
        "TELEGRAM_MODE", "give auto, webhook or polling", default="auto"
    )
    telegram_api: str = _name(
        "TELEGRAM_API_BASE",
        "give the address of a Bot API server",
        default="https://api.telegram.org",
        pattern=r"^https?://",
    )

    twilio_sid: str | None = _name(
        "TWILIO_ACCOUNT_SID",
        "give the account SID of the Twilio console: AC and 32 of 0-9 a-f",
        default=None,
        pattern=r"^AC[0-9a-fA-F]{32}$",
    )
    twilio_token: SecretStr | None = _name(
        "TWILIO_AUTH_TOKEN", "give the auth token of the Twilio console", default=None
    )
    twilio_from: str | None = _name(
        "TWILIO_FROM",
        "give a number as in +447700900000, or the SID of a messaging service",
        default=None,
        pattern=r"^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|MG[0-9a-fA-F]{32})$",
    )
    twilio_api: str = _name(
        "TWILIO_API_BASE", "give the address of Twilio's API", default="", pattern=r"^(https?://|$)"
    )

    smtp: MailServer | None = _name(
        "OWNPACE_SMTP_URL",
        "write it as in smtp://user:password@mail.example.org:587, or smtps:// for TLS at once",
        default=None,
    )
    mail_from: MailFrom | None = _name(
        "OWNPACE_MAIL_FROM", "give an address as in desk@example.org", default=None
    )

    service_name: str | None = _name(
        "OWNPACE_SERVICE_NAME", "give the service's name", default=None
    )
    service_phone: str | None = _name(
        "OWNPACE_SERVICE_PHONE", "give the number on which a person answers", default=None
    )
    service_hours: str | None = _name(
        "OWNPACE_SERVICE_HOURS", "write the hours as in Mo-Fr 09:00-17:00", default=None
    )
    service_nation: str | None = _name(
        "OWNPACE_SERVICE_NATION",
        "give a nation of config/nations.toml, such as GB-ENG",
        default=None,
    )
    service_languages: str | None = _name(
        "OWNPACE_SERVICE_LANGUAGES", "give languages as in en,es", default=None
    )

    service_text_countries: str | None = _name(
        "OWNPACE_SERVICE_TEXT_COUNTRIES",
        "give country codes without the plus, as in 44,353",
        default=None,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings, env_settings)

    @property
    def database_url(self) -> str:
        """The database's address; without one, a file in the data folder."""
        if self.database:
            return self.database.get_secret_value()
        return f"sqlite:///{self.data / 'ownpace.db'}"

    @property
    def twilio(self) -> Twilio | None:
        """Twilio's settings, where all of them are there."""
        sid, token, sender = self.twilio_sid, self.twilio_token, self.twilio_from
        if not (sid and token and sender and self.public_url):
            return None
        return Twilio(sid, token.get_secret_value(), sender, self.public_url, self.twilio_api)

    @property
    def mail(self) -> tuple[str, str] | None:
        """The mail server and whom mail is from, where both are there."""
        if not (self.smtp and self.mail_from):
            return None
        return self.smtp.get_secret_value(), self.mail_from.get_secret_value()

    @property
    def polls(self) -> bool:
        """Does Telegram wait for us to ask, instead of calling us?"""
        auto = self.telegram_mode == "auto"
        return self.public_url is None if auto else self.telegram_mode == "polling"


def load() -> Settings:
    """Read the environment. Raises `SettingsError` with everything that is wrong in it."""
    fields = Settings.model_fields.values()
    secrets = [str(f.validation_alias) for f in fields if "SecretStr" in repr(f.annotation)]
    given, faults = files.read(secrets)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        how = {str(f.validation_alias): f.description or "" for f in fields}
        names = {str(fault["loc"][0]): fault for fault in error.errors()}
        faults += [f"{name}: {plain.fault(names[name], how[name])}." for name in names]
    if not faults:
        faults = _together(settings)
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _together(settings: Settings) -> list[str]:
    """Faults that only show when settings are held against one another."""
    twilio = (settings.twilio_sid, settings.twilio_token, settings.twilio_from)
    missing = [name for name, value in zip(TWILIO, twilio, strict=True) if not value]
    faults = []
    if missing and any(twilio):
        faults.append(f"{' and '.join(missing)}: missing. SMS needs all of {', '.join(TWILIO)}.")
    if all(twilio) and not settings.public_url:
        faults.append("OWNPACE_PUBLIC_URL: missing. Twilio has to know where it can call us.")
    if settings.hook_url and not settings.hook_secret:
        faults.append("OWNPACE_WEBHOOK_SECRET: missing. The case system has to know that it is us.")
    if settings.telegram_token and settings.telegram_mode == "webhook" and not settings.public_url:
        faults.append(
            "OWNPACE_PUBLIC_URL: missing. TELEGRAM_MODE=webhook needs it; polling does not."
        )
    if bool(settings.smtp) != bool(settings.mail_from):
        absent = "OWNPACE_MAIL_FROM" if settings.smtp else "OWNPACE_SMTP_URL"
        faults.append(f"{absent}: missing. E-mail to workers needs it beside the other one.")
    if settings.mail and not settings.public_url:
        faults.append(
            "OWNPACE_PUBLIC_URL: missing. E-mail to workers has a link to the desk in it."
        )
    if settings.rehearsal and settings.host not in LOOPBACK:
        faults.append(
            "OWNPACE_REHEARSAL: the rehearsal phone opens on this machine only:"
            " leave it out, or set OWNPACE_HOST to 127.0.0.1."
        )
    return faults
