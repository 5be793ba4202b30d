"""Why words of ours did not arrive, from the code that was stored: one word, and the template
`_delivery.html` has the sentences. The codes are those of `bot/channels`: Twilio's are numbers."""

from __future__ import annotations

STOPPED = frozenset({"21610"})
BLOCKED = frozenset({"63014", "30004", "403"})
NO_NUMBER = frozenset({"21211", "21614", "21635", "30005", "30006", "400"})
NO_NUMBER |= {"63003", "63024", "63033", "63036", "deactivated", "migrated"}
OFF = frozenset({"30003"})
CARRIER = frozenset({"30001", "30002", "30007", "30008", "30034", "30410", "30450"})
ABROAD = frozenset({"country"})
OURS = frozenset({"21602", "21605", "21617", "21619", "401", "unreadable"})
# We tried for four hours: nothing that is settled in a moment stands with these.
NETWORK = frozenset({"no connection", "connect", "timeout", "network", "answer", "no sid"})
NETWORK |= {"429", "14107", "20429", "21611"}
UNCLEAR = frozenset({"unclear"})
_WHY = {
    "stopped": STOPPED,
    "blocked": BLOCKED,
    "no_number": NO_NUMBER,
    "off": OFF,
    "carrier": CARRIER,
    "abroad": ABROAD,
    "ours": OURS,
    "network": NETWORK,
    "unclear": UNCLEAR,
}


def why(code: str) -> str:
    """A key of `_WHY`; "unknown" for a code that nobody has words for, or none."""
    found = next((word for word, codes in _WHY.items() if code in codes), "")
    if found:
        return found
    # The name of an error (`ClientOSError`), or the provider's own trouble.
    return (
        "network"
        if code.endswith("Error") or code in ("408", *map(str, range(500, 512)))
        else "unknown"
    )
