# SPDX-License-Identifier: Apache-2.0
"""Keys, limits and budgets against a model: a random story is told to the server, and each answer must be the model's.

Limits are `per 366d`, so that no unit comes back during the story. MODEL_STEPS says how long it is, MODEL_SEED which.
"""

import os
import random

STEPS = int(os.environ.get("MODEL_STEPS", "1500"))
SEED = int(os.environ.get("MODEL_SEED", "20261123"))


class Model:
    """What should be so."""

    def __init__(self):
        self.keys: dict[str, dict] = {}
        self.used: dict[tuple[str, str], int] = {}  # (subject, limit's name) to units used
        self.spent: dict[str, int] = {}  # subject to what its budget has paid
        self.quotas: dict[str, int] = {}  # owners' budgets

    def subject(self, key: dict, limit: dict) -> str:
        return {"key": key["id"], "owner": key["owner"], "account": key["account"]}[limit["shared_by"]]

    def budgets(self, key: dict) -> list[tuple[str, int]]:
        found = [(key["id"], key["quota"])] if key["quota"] else []
        return found + [(owner, self.quotas[owner]) for owner in {key["owner"], key["account"]} if owner in self.quotas]

    def decide(self, key: dict, secret: str, scopes: str | None, cost: int) -> str:
        """The code, and the charge when it is valid."""
        if secret not in key["secrets"]:
            return "unknown"
        if key["state"] != "active":
            return key["state"]
        if scopes and scopes not in key["scopes"]:
            return "insufficient_scope"
        for limit in key["limits"]:
            if cost > 0 and self.used.get((self.subject(key, limit), limit["name"]), 0) + cost > limit["limit"]:
                return "rate_limited"
        for subject, amount in self.budgets(key):
            if cost > 0 and self.spent.get(subject, 0) + cost > amount:
                return "quota_exceeded"
        for limit in key["limits"]:
            place = (self.subject(key, limit), limit["name"])
            # A limit that was lowered counts at most its own amount as used.
            self.used[place] = min(self.used.get(place, 0), limit["limit"]) + cost
        for subject, _ in self.budgets(key):
            self.spent[subject] = self.spent.get(subject, 0) + cost
        return "valid"


class Story:
    def __init__(self, house, ground, chance: random.Random):
        self.house, self.ground, self.chance = house, ground, chance
        self.model = Model()
        self.control, self.data = ground.control, house.data(house.management)
        self.dead: list[str] = []
        self.codes: set[str] = set()

    def limits(self) -> list[dict]:
        # One amount a name: limits of one name and one subject are one count.
        names = self.chance.sample([("small", 7), ("mid", 40), ("large", 300)], self.chance.randint(0, 3))
        return [
            {"name": f"{name}-{shared}", "limit": amount, "per": "366d", "shared_by": shared}
            for name, amount in names
            for shared in [self.chance.choice(["key", "owner", "account"])]
        ]

    def create(self) -> None:
        fields: dict = {"limits": self.limits()}
        quota = self.chance.choice([None, None, 5, 33, 400])
        if quota:
            fields["quota"] = {"amount": quota}
        made = self.ground.issue(("a:b",) if self.chance.random() < 0.8 else ("c:d",), **fields)
        self.model.keys[made["id"]] = {
            "id": made["id"], "owner": self.ground.app, "account": self.ground.account, "state": "active",
            "scopes": made["scopes"], "secrets": [made["secret"]], "limits": fields["limits"], "quota": quota,
        }  # fmt: skip

    def pick(self) -> dict:
        return self.chance.choice(list(self.model.keys.values()))

    def verify(self) -> None:
        key = self.pick()
        secret = self.chance.choice(key["secrets"] + self.dead[-3:])
        cost = self.chance.choice([0, 1, 1, 1, 2, 5, 60])
        scopes = self.chance.choice([None, "a:b"])
        expected = self.model.decide(key, secret, scopes, cost) if secret in key["secrets"] else "unknown"
        question = {"key": secret, "cost": cost} | ({"scopes": [scopes]} if scopes else {})
        answer = self.data.need(200, "POST", "/v1/verify", question)
        assert answer["code"] == expected, (question, key, answer)
        self.codes.add(expected)

    def change_limits(self) -> None:
        key = self.pick()
        if key["state"] == "revoked":
            return
        key["limits"] = self.limits()
        self.control.need(200, "PATCH", f"/v1/keys/{key['id']}", {"limits": key["limits"]})

    def change_quota(self) -> None:
        key = self.pick()
        if key["state"] == "revoked":
            return
        key["quota"] = self.chance.choice([None, 10, 100, 1000])
        quota = {"amount": key["quota"]} if key["quota"] else None
        self.control.need(200, "PATCH", f"/v1/keys/{key['id']}", {"quota": quota})

    def change_owner_quota(self) -> None:
        owner, kind = self.chance.choice([(self.ground.app, "apps"), (self.ground.account, "accounts")])
        amount = self.chance.choice([None, 200, 2000])
        self.control.need(200, "PATCH", f"/v1/{kind}/{owner}", {"quota": {"amount": amount} if amount else None})
        if amount:
            self.model.quotas[owner] = amount
        else:
            self.model.quotas.pop(owner, None)

    def rotate(self) -> None:
        key = self.pick()
        if key["state"] == "revoked":
            return
        keeps = self.chance.random() < 0.5
        terms = {"grace": "1h" if keeps else "0s", "end_retiring": True}
        made = self.control.need(200, "POST", f"/v1/keys/{key['id']}/rotate", terms)
        old = key["secrets"]
        key["secrets"] = [made["secret"]] + (old[:1] if keeps else [])
        # A secret that died in this rotation says expired until the next; only those before it are certainly unknown.
        key.setdefault("buried", []).append([secret for secret in old if secret not in key["secrets"]])
        if len(key["buried"]) > 1:
            self.dead += key["buried"].pop(0)

    def stop(self) -> None:
        key = self.pick()
        if key["state"] == "revoked":
            return
        act = self.chance.choice(["disable", "enable", "enable", "revoke"])
        self.control.need(200, "POST", f"/v1/keys/{key['id']}/{act}", {"reason": "unused"} if act == "revoke" else None)
        key["state"] = {"disable": "disabled", "enable": "active", "revoke": "revoked"}[act]

    def restart(self) -> None:
        """A stop loses nothing of the budgets; rates begin anew."""
        self.house.server.stop()
        self.house.restart()
        self.control, self.data = self.house.control(), self.house.data(self.house.management)
        self.ground.control = self.control
        self.model.used.clear()


def test_a_random_story_is_answered_as_the_model_says(house, ground):
    story = Story(house, ground, random.Random(SEED))
    acts = [
        (story.verify, 60), (story.create, 6), (story.change_limits, 6), (story.change_quota, 5), (story.rotate, 5),
        (story.change_owner_quota, 3), (story.stop, 4), (story.restart, 0.4),
    ]  # fmt: skip
    for _ in range(5):
        story.create()
    told: dict[str, int] = {}
    for _ in range(STEPS):
        act = story.chance.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
        act()
        told[act.__name__] = told.get(act.__name__, 0) + 1
    print(f"\nseed {SEED}: {told}")
    every = {"valid", "unknown", "disabled", "revoked", "insufficient_scope", "rate_limited", "quota_exceeded"}
    assert story.codes == every, "a story that meets no refusal proves nothing"
