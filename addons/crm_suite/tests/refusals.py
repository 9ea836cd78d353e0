import json
import re

# what every model answers by RPC
METHODS = (
    ("read", ["id"]),
    ("web_read", {"display_name": {}}),
    ("write", {}),
    ("unlink",),
    ("copy",),
    ("export_data", ["id"]),
)
# the id of nothing
NOWHERE = 2**31 - 1


class RefusalMixin:
    """For an `HttpCase` that is logged in as whoever may not see a record."""

    def assertRefusedAsAbsent(self, record, *actions: str):
        """By RPC the same error as for what does not exist, word for word."""
        self.assertTrue(record)
        for method, *args in (*METHODS, *((action,) for action in actions)):
            if not hasattr(record, method):
                continue
            there, nowhere = (
                self._refusal(record._name, method, [id_], *args)
                for id_ in (record.id, NOWHERE)
            )
            with self.subTest(model=record._name, method=method):
                self.assertEqual(there, nowhere)

    def _refusal(self, model, method, ids, *args) -> tuple[str, str]:
        params = {"model": model, "method": method, "args": [ids, *args], "kwargs": {}}
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        error = answer["error"]["data"]
        return error["name"], re.sub(rf"\b{ids[0]}\b", "n", error["message"])
