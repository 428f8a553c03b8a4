from django.http import HttpRequest, JsonResponse

from presence.reads import count


def index(request: HttpRequest) -> JsonResponse:
    counts = count(["page.7", "page.8"])
    return JsonResponse(counts, safe=False)
