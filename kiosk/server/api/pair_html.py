"""What the pairing page looks like: functions from plain values to a whole HTML document.

No script, nothing from elsewhere; every value is escaped where it goes in. `resources/web/pair.css` is inlined, and
the policy sent with each page allows that text by its hash and nothing else. `pair_page` is the caller.
"""

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import NamedTuple

from kiosk.server.api.page_policy import policy_headers
from kiosk.server.store_people import NAME_MAX
from kiosk.storage.resources import resource_path


class Choice(NamedTuple):
    """A user to choose: public id and name."""

    id: str
    name: str


class Asked(NamedTuple):
    """What is known of a display that asks: its code as people read it, and what it said of itself."""

    code: str
    name: str
    address: str
    when: str


class Answer(NamedTuple):
    """What the administrator chose so far: the display's name, a user's id ("" for a new one), the new user's name."""

    name: str
    user: str
    new_user: str


def headers() -> dict[str, str]:
    """Return the headers every page is sent with."""
    return policy_headers(_style())


def sign_in(path: str, *, code: str, problem: str = "") -> str:
    """Return the page that asks for an admin token; `code` is taken along."""
    return _page(
        "Sign in",
        f"""<p>Enter an admin token to let a new display in. On the server's machine
<code>kiosk token create --admin</code> makes one.</p>
{_problem(problem)}
<form method="post" action="{escape(path)}/sign-in">
{_hidden("code", code)}
<div><label for="token">Admin token</label>
<input id="token" name="token" type="password" required autofocus autocomplete="current-password" maxlength="200"
{_invalid(problem)}></div>
<button>Sign in</button>
</form>""",
    )


def enter_code(path: str, *, csrf: str, code: str = "", problem: str = "") -> str:
    """Return the page that asks for the code a wall shows."""
    return _page(
        "Enter the code",
        f"""<p>Eight letters, shown on the wall's machine by <strong>kiosk pair</strong>.</p>
{_problem(problem)}
<form method="get" action="{escape(path)}">
<div><label for="code">Code</label>
<input class="code" id="code" name="code" value="{escape(code)}" placeholder="XXXX-XXXX" required autofocus
autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="20"
{_invalid(problem)}></div>
<button>Continue</button>
</form>""",
        _sign_out(path, csrf),
    )


def confirm(path: str, *, csrf: str, asked: Asked, users: Sequence[Choice], answer: Answer, problem: str = "") -> str:
    """Return the page that shows who asks and takes the decision."""
    options = "".join(
        f'<option value="{escape(user.id)}"{" selected" if user.id == answer.user else ""}>{escape(user.name)}</option>'
        for user in users
    )
    return _page(
        "Let this display in?",
        f"""<p>Approve only if your wall's machine shows this very code.</p>
<div class="card"><div class="code">{escape(asked.code)}</div>
<dl><dt>Calls itself</dt><dd>{escape(asked.name)}</dd>
<dt>Asked from</dt><dd>{escape(asked.address)}</dd>
<dt>Asked</dt><dd>{escape(asked.when)}</dd></dl></div>
{_problem(problem)}
<form method="post" action="{escape(path)}/decision">
{_hidden("csrf", csrf)}{_hidden("code", asked.code)}
<div><label for="name">Name of the display</label>
<input id="name" name="name" value="{escape(answer.name)}" required maxlength="{NAME_MAX}" autocomplete="off"></div>
<div><label for="user">Shows the queue of</label>
<select id="user" name="user">{options}
<option value=""{"" if answer.user else " selected"}>A new user…</option></select></div>
<div class="new-user"><label for="new_user">Name of the new user</label>
<input id="new_user" name="new_user" value="{escape(answer.new_user)}" maxlength="{NAME_MAX}" autocomplete="off"></div>
<div class="choice"><button name="decision" value="approve">Approve</button>
<button class="second" name="decision" value="refuse" formnovalidate>Refuse</button></div>
</form>""",
        _sign_out(path, csrf),
    )


def approved(path: str, *, csrf: str, device: str, user: str) -> str:
    """Return the page after an approval."""
    text = f"<p><strong>{escape(device)}</strong> will show the queue of <strong>{escape(user)}</strong>. "
    return _done(path, csrf, "The display is in", text + "It hears of this within a few seconds.</p>")


def refused(path: str, *, csrf: str) -> str:
    """Return the page after a refusal."""
    return _done(path, csrf, "Refused", "<p>The display was told no, and has no access.</p>")


def _done(path: str, csrf: str, title: str, text: str) -> str:
    return _page(
        title, f'{text}\n<a class="button" href="{escape(path)}">Pair another display</a>', _sign_out(path, csrf)
    )


def _page(title: str, content: str, footer: str = "") -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · Gallery Kiosk</title>
<style>{_style()}</style>
</head>
<body>
<main>
<div class="eyebrow">Pair a display</div>
<h1>{title}</h1>
{content}
</main>
<footer><span>Gallery Kiosk</span>{footer}</footer>
</body>
</html>
"""


def _sign_out(path: str, csrf: str) -> str:
    return (
        f'<form method="post" action="{escape(path)}/sign-out">{_hidden("csrf", csrf)}'
        '<button class="plain">Sign out</button></form>'
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _problem(text: str) -> str:
    return f'<div class="problem" id="problem" role="alert">{escape(text)}</div>' if text else ""


def _invalid(problem: str) -> str:
    return 'aria-invalid="true" aria-describedby="problem"' if problem else ""


@cache
def _style() -> str:
    return resource_path("web", "pair.css").read_text("utf-8")
