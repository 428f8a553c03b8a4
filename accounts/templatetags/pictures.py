"""`{% picture person "s" %}`: a user's picture, or their initials on a tint.

chat/static/chat/parts/avatar.js draws it in the same way.
"""

import re
from typing import Any

from django import template

from accounts.models import User

TINTS = 12  # as many as chat/static/chat/css/people.css has

register = template.Library()


@register.inclusion_tag("accounts/profile/_picture.html")
def picture(person: User, size: str = "") -> dict[str, Any]:
    tint = None if person.deleted_at else person.pk % TINTS
    return {"url": person.picture_url, "size": size, "tint": tint, "initials": initials_of(person)}


def initials_of(person: User) -> str:
    if person.deleted_at:
        return "–"
    words = re.findall(r"[^\W_]+", person.name) or [person.name]
    letters = [word[0] for word in words[:2]] if len(words) > 1 else list(words[0][:2])
    return "".join(letters).upper()
