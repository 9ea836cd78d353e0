"""What customers, colleagues and jobs do at one moment, in real transactions.

Pages are asked for through Odoo's own server side, so that what is repeated after a
lost race is what it repeats for users: the whole request.
"""

import pytest
from processes import run
from test_setup_point_races import RACING

SHOP = """
env["ir.config_parameter"].set_param("crm_ecrm.form_seconds", "0")
env["ecrm.touchpoint"].search([])._as_system().write({"state": "paused"})
env["ecrm.team"].search([]).active = False
partners = env["res.partner"]
firm = partners.create({"name": "Harbour", "is_company": True})
groups = {
    "emma": "base.group_portal", "noah": "base.group_portal",
    "agent": "crm_ecrm.group_voice_agent", "leader": "crm_ecrm.group_voice_leader",
    "boss": "crm_ecrm.group_voice_manager",
}
users = {}
for login, group in groups.items():
    users[login] = env["res.users"].with_context(no_reset_password=True).create({
        "name": login.title(), "login": login, "email": f"{login}@races.test",
        "group_ids": [Command.set(env.ref(group).ids)],
    })
(users["emma"] | users["noah"]).partner_id.parent_id = firm
domain = env["mail.alias.domain"].create({"name": "us.test"})
env.company.alias_domain_id = domain
env["ecrm.team"].create({
    "name": "Service", "leader_id": users["leader"].id, "assigns": False,
    "alias_name": "service", "alias_domain_id": domain.id,
})
"""

WEB = """
import re
import time
from functools import partial
from unittest.mock import patch
from werkzeug.test import Client
from odoo import http
from odoo.service import security

users = {
    login: env["res.users"].search([("login", "=", login)])
    for login in ("emma", "noah", "agent", "leader", "boss")
}
emma, noah = users["emma"].partner_id, users["noah"].partner_id
team = env["ecrm.team"].search([])
team.ensure_one()

class Window:
    '''A browser's window; two of one session share what the session knows.'''

    def __init__(self, login=None, of=None):
        if of:
            self.sid = of.sid
        else:
            session = http.root.session_store.new()
            session.update(http.get_default_session(), db=env.cr.dbname)
            session["_trace_disable"] = True
            session.context["lang"] = http.DEFAULT_LANG
            if login:
                user = users[login]
                session.uid, session.login = user.id, login
                own = api.Environment(env.cr, user.id, {})
                session.session_token = security.compute_session_token(session, own)
                session.context = dict(own["res.users"].context_get())
            http.root.session_store.save(session)
            self.sid = session.sid
        self.client = Client(http.root)
        self.client.set_cookie("session_id", self.sid)

    def get(self, address):
        answer = self.client.get(address, headers={"User-Agent": "Races"})
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.get_data(as_text=True)

    def form(self, address):
        '''The hidden fields of a page's form.'''
        page = self.get(address)
        hidden = re.findall(r'<input type="hidden"[^>]*>', page)
        found = {}
        for field in hidden:
            name = re.search(r'name="([^"]*)"', field)
            value = re.search(r'value="([^"]*)"', field)
            if name and value:
                found.setdefault(name[1], value[1])
        return found

    def post(self, address, **values):
        answer = self.client.post(address, data=values, headers={"User-Agent": "Races"})
        return answer.status_code, answer.get_data(as_text=True)

def meet(*actions, at, hold=0):
    '''Run these at once; before each first takes that step, it waits for the others.

    :param at: name of a model and of its method
    :param hold: seconds for which each keeps its transaction open after the step
    '''
    owner, name = type(env[at[0]]), at[1]
    real = getattr(owner, name)
    barrier, met, answers = threading.Barrier(len(actions)), set(), {}
    def step(self, *args, **more):
        me = threading.get_ident()
        if me in met:
            return real(self, *args, **more)
        met.add(me)
        barrier.wait(60)
        res = real(self, *args, **more)
        time.sleep(hold)
        return res
    def act(number, action):
        try:
            answers[number] = action()
        except Exception as error:
            answers[number] = error
    threads = [threading.Thread(target=act, args=pair) for pair in enumerate(actions)]
    with patch.object(owner, name, step), mute_logger("odoo.sql_db"):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(met) == len(actions), (met, answers)
    env.cr.commit()  # a new look at the data
    env.invalidate_all()
    return [answers[number] for number in range(len(actions))]

TURN = ("suite.turn", "_take")

def led_on(answers):
    '''Each was led to the next page, so nothing was refused and nothing failed.'''
    assert [answer[0] for answer in answers] == [303] * len(answers), answers

def receive(**values):
    case = env["ecrm.case"]._receive(
        {"name": "Pump", "description": "It leaks", **values}, by=emma, medium="portal"
    )
    env.cr.commit()
    return case

def kinds(case):
    return case.event_ids.sorted("id").mapped("kind")

def clocks(case):
    return sorted((row.kind, row.number) for row in case.clock_ids)
"""

TWO_MAILS = """
from email.message import EmailMessage
def mail(number, to):
    message = EmailMessage()
    message["From"], message["To"] = "Emma <emma@races.test>", to
    message["Subject"], message["Message-Id"] = "Pump", f"<{number}@races.test>"
    message.set_content(f"Words {number}")
    return message.as_bytes()
def bring(raw):
    with Registry(env.cr.dbname).cursor() as cr:
        mine = api.Environment(cr, 1, {})
        retrying(lambda: mine["mail.thread"].message_process(None, raw), mine)
def deliver():
    with Registry(env.cr.dbname).cursor() as cr:
        api.Environment(cr, 1, {})["ecrm.mail"]._cron_deliver()
def to_emma():
    return env["mail.mail"].search([("email_to", "ilike", emma.email)])
def brought(*numbers):
    names = [f"<{number}@races.test>" for number in numbers]
    return env["ecrm.mail"].search([("identity", "in", names)], order="id")

case = receive()
case._say("Which pump?", user=users["agent"], then="waiting")
env.cr.commit()
sent = to_emma()
for number in (1, 2):
    bring(mail(number, case._reply_address()))
assert meet(deliver, deliver, at=("ecrm.mail", "_deliver")) == [None, None]
mails = brought(1, 2)
assert mails.mapped("state") == ["done", "done"], mails.mapped("reason")
assert mails.case_id == case, mails.case_id
said = [message.body for message in case._portal_public()]
assert sum("Words" in body for body in said) == 2, said
assert kinds(case).count("customer") == 2 and case.state == "open", kinds(case)
assert clocks(case) == [("first", 1), ("next", 1), ("solution", 1)], clocks(case)
assert to_emma() == sent, "nothing goes back"

# the same two as new cases: each whole, one acknowledged
for number in (3, 4):
    bring(mail(number, "service@us.test"))
assert meet(deliver, deliver, at=("ecrm.mail", "_deliver")) == [None, None]
mails = brought(3, 4)
assert mails.mapped("state") == ["done", "done"], mails.mapped("reason")
assert len(mails.case_id) == 2
for one in mails.case_id:
    assert one.partner_id == emma and len(one._portal_public()) == 1, one.number
    assert kinds(one) == ["opened"] and len(one.clock_ids) == 2, kinds(one)
assert len(to_emma() - sent) == 1

# one mail that two servers bring
raw = mail(5, "service@us.test")
answers = meet(partial(bring, raw), partial(bring, raw), at=TURN)
assert answers == [None, None], answers
assert len(brought(5)) == 1
"""

SAME_FORM = """
cases = env["ecrm.case"]
window = Window("emma")
form = window.form("/my/voice/case/new")
form |= {"kind": "complaint", "name": "Broken", "description": "It is broken"}
answers = meet(
    partial(window.post, "/my/voice/case/new", **form),
    partial(Window(of=window).post, "/my/voice/case/new", **form),
    at=TURN,
)
led_on(answers)
case = cases.search([("name", "=", "Broken")])
assert len(case) == 1 and len(case._portal_public()) == 1, case
# a second form with the same words is a case of its own, and said to be alike
form["token"] = window.form("/my/voice/case/new")["token"]
led_on([window.post("/my/voice/case/new", **form)])
env.cr.commit()
other = cases.search([("name", "=", "Broken")]) - case
assert len(other) == 1 and other.similar_id == case, other

# the form for everybody, in a browser that sends it again
window = Window()
form = window.form("/voice/complain")
form |= {"kind": "complaint", "name": "Late", "description": "It is late"}
form["email_from"] = "somebody@else.test"
led_on(meet(
    partial(window.post, "/voice/complain", **form),
    partial(Window(of=window).post, "/voice/complain", **form),
    at=TURN,
))
assert len(cases.search([("name", "=", "Late")])) == 1
assert len(env["mail.mail"].search([("email_to", "ilike", "somebody@else")])) == 1
"""

BOTH_WRITE = """
case = receive(visibility="company")
case._say("Which pump?", user=users["agent"])
url = case._portal_url()
env.cr.commit()
windows = Window("emma"), Window("noah")
forms = [window.form(url) for window in windows]
led_on(meet(
    partial(windows[0].post, f"{url}/say", text="The old one", **forms[0]),
    partial(windows[1].post, f"{url}/say", text="In the cellar", **forms[1]),
    at=("ecrm.case", "_hear"),
))
assert kinds(case).count("customer") == 2, kinds(case)
assert clocks(case) == [("first", 1), ("next", 1), ("solution", 1)], clocks(case)

# solved while the customer writes: one came first, and nothing said is overlooked
def solve(env):
    case.with_env(env).with_user(users["agent"]).action_solve()
def say(env):
    case.with_env(env)._hear("Still leaks", by=emma.with_env(env), medium="portal")
answers = race(solve, say)
assert all(isinstance(answer, int) for answer in answers), answers
assert case.state == "solved", case.state
events = kinds(case)
late = events.index("solved") < len(events) - 1
assert events[-1] == ("after" if late else "solved"), events
assert case.unread == late, events
"""

VOTES = """
idea = env["ecrm.idea"].create({"name": "Choose the hour"})
idea.action_publish()
idea = idea.sudo()
voters = env["res.partner"].create([{"name": f"Voter {n}"} for n in range(8)])
for voter in voters:
    idea._vote(voter, True)
env.cr.commit()
window, of_noah = Window("emma"), Window("noah")
twin = Window(of=window)
url = idea._portal_url()
token = window.form(url)["csrf_token"]
noahs = of_noah.form(url)["csrf_token"]
def press(window, vote, token=token):
    return partial(window.post, f"{url}/vote", vote=vote, csrf_token=token)
def together(*actions):
    led_on(meet(*actions, at=TURN))
    votes = env["ecrm.idea.vote"].search([("root_id", "=", idea.id)])
    assert idea.vote_count == len(votes) >= 8, (idea.vote_count, len(votes))
    return votes.partner_id & (emma | noah)

assert together(press(window, "1"), press(twin, "1")) == emma
assert together(press(window, "0"), press(twin, "0")) == env["res.partner"]
assert together(press(window, "1"), press(of_noah, "1", noahs)) == emma | noah
# in whichever sequence
for before in ("1", "0"):
    led_on([press(window, before)()])
    assert noah in together(press(window, "1"), press(twin, "0"))
led_on([press(window, "0")(), press(of_noah, "0", noahs)()])
env.cr.commit()
env.invalidate_all()
assert idea.vote_count == len(idea.vote_ids) == 8

# closed meanwhile: who is counted hears of it, and who came too late is told so
def close(env):
    idea.with_env(env).with_user(users["leader"])._answer("shipped", "Here it is")
def vote(env):
    idea.with_env(env)._vote(emma.with_env(env), True)
closed, voted = race(close, vote)
assert isinstance(closed, int), closed
counted = emma in idea.vote_ids.partner_id
assert counted == isinstance(voted, int), voted
assert counted or type(voted).__name__ == "UserError", voted
assert idea.status == "shipped"
assert idea.vote_count == len(idea.vote_ids) == 8 + counted
assert idea.news_ids.partner_id == idea.vote_ids.partner_id
"""

ANSWERS = """
now = fields.Datetime.now()
touchpoint = env["ecrm.touchpoint"].create({"name": "How was it?", "low_score": 2})
def ask():
    feedback = env["ecrm.feedback"].create({
        "name": "How was it?", "touchpoint_id": touchpoint.id, "metric": "csat",
        "partner_id": emma.id, "asked_on": now, "valid_until": now + timedelta(days=9),
    })
    env.cr.commit()
    return feedback, "/voice/feedback/" + feedback._link().rpartition("/")[2]
def sheet(window, url):
    token = window.form(url)["csrf_token"]
    status, gesture = window.post(f"{url}/begin", csrf_token=token)
    assert status == 200, gesture
    return {"csrf_token": token, "gesture": gesture}
def answer(window, url, sheet, score):
    return partial(window.post, f"{url}/answer", score=score, **sheet)
def taken(feedback, answers, versions):
    assert [status for status, _page in answers] == [200, 200], answers
    assert len(feedback.answer_ids) == versions, feedback.answer_ids
    latest = feedback.answer_ids.sorted("id")[-1]
    assert feedback.answer_id == latest and feedback.score == latest.score
    assert feedback.state == "answered" and len(feedback.case_ids) == 1

# two browsers
feedback, url = ask()
one, other = Window(), Window()
sheets = sheet(one, url), sheet(other, url)
taken(feedback, meet(
    answer(one, url, sheets[0], "1"), answer(other, url, sheets[1], "2"), at=TURN
), 2)

# one click that was two
feedback, url = ask()
same = sheet(one, url)
taken(feedback, meet(
    answer(one, url, same, "1"), answer(Window(of=one), url, same, "1"), at=TURN
), 1)
"""

SENDERS = """
env.company.ecrm_quarantine_days = 30
order = env["sale.order"].create({
    "partner_id": noah.id, "state": "sale", "date_order": fields.Datetime.now(),
})
touchpoints = env["ecrm.touchpoint"].create([
    {
        "name": f"Sender {number}", "trigger": "order", "delay_hours": 0,
        "window_start": 0, "window_end": 24, "on_weekends": True,
    }
    for number in range(2)
])
touchpoints.action_start()
for one in touchpoints:
    one._invite(order)
env.cr.commit()
invitations = env["ecrm.invitation"].search([("res_id", "=", order.id)], order="id")
def ask(invitation):
    return lambda env: invitation.with_env(env)._ask()
answers = race(*map(ask, invitations))
assert sorted(answers) == [1, 2], answers
assert sorted(invitations.mapped("state")) == ["asked", "left_out"]
assert invitations.filtered("reason").reason == "quarantine"
assert env["ecrm.feedback"].search_count([("partner_id", "=", noah.id)]) == 1
assert env["mail.mail"].search_count([("email_to", "ilike", noah.email)]) == 1
"""

VISITS = """
from odoo.addons.crm_ecrm.models.signal import ir_http
env["ecrm.portal.visit"].search([]).unlink()
env.cr.commit()
windows = [Window("emma"), Window("emma"), Window("noah")]
with patch.object(ir_http._logger, "warning") as complained:
    pages = meet(
        *(partial(window.get, "/my/voice") for window in windows),
        at=("ecrm.portal.visit", "_note"), hold=0.5,
    )
assert not complained.called, complained.mock_calls
assert all("My Feedback" in page for page in pages), pages
visits = env["ecrm.portal.visit"].search([])
assert sorted(visits.mapped("partner_id.id")) == sorted((emma | noah).ids), visits
"""

LIMITS = """
attempts = env["suite.attempt"]
cases = env["ecrm.case"]
for number in range(4):
    assert attempts._admit_form(f"place {number}", "pest@else.test")
env.cr.commit()
windows = [Window(), Window()]
def complain(window):
    form = window.form("/voice/complain")
    form |= {"kind": "question", "name": "Pest", "description": "Hello"}
    form["email_from"] = "pest@else.test"
    return partial(window.post, "/voice/complain", **form)
answers = meet(*map(complain, windows), at=TURN)
assert sorted(status for status, _page in answers) == [200, 303], answers
(page,) = (page for status, page in answers if status == 200)
assert "several messages" in page
assert cases.search_count([("name", "=", "Pest")]) == 1
sender = attempts._hashed("form of pest@else.test")
assert attempts.search_count([("mark", "=", sender)]) == 5

# by place: the twentieth, and one too many
attempts.search([]).unlink()
for number in range(19):
    assert attempts._admit_form("crowded", f"{number}@else.test")
env.cr.commit()
admitted = []
def admit(sender):
    def act(env):
        if env["suite.attempt"]._admit_form("crowded", sender):
            admitted.append(sender)
    return act
answers = race(admit("one@else.test"), admit("two@else.test"))
assert sorted(answers) == [1, 2] and len(admitted) == 1, (answers, admitted)
place = attempts._hashed("form from crowded")
assert attempts.search_count([("mark", "=", place)]) == 20
"""

CONSENT = """
url = "/my/voice/preferences"
window = Window("emma")
token = window.form(url)["csrf_token"]
def save(window, **boxes):
    return partial(window.post, url, csrf_token=token, **boxes)
consents = env["ecrm.consent"]
# the first of all: a sheet is made for him too
led_on(meet(
    save(window, marketing_email="1"), save(Window(of=window), survey_email="1"),
    at=TURN,
))
# one gives again what the other withdraws
led_on(meet(save(window), save(Window(of=window), news_email="1"), at=TURN))
assert env["ecrm.preference"].search_count([("partner_id", "=", emma.id)]) == 1
lines = consents.search([("partner_id", "=", emma.id)])
counting = lines.filtered("is_latest")
keys = [(one.medium, one.purpose) for one in counting]
assert len(keys) == len(set(keys)), keys
for one in counting:
    same = lines.filtered(lambda line: line.purpose == one.purpose)
    assert one == same.sorted("id")[-1], (one, same)
"""

REASONS = """
touchpoint = env["ecrm.touchpoint"].create({
    "name": "Why?", "reason_ids": [Command.create({"name": f"R{n}"}) for n in range(7)],
})
spare = env["ecrm.touchpoint.reason"].create(
    {"name": "Spare", "touchpoint_id": touchpoint.id, "active": False}
)
env.cr.commit()
def add(env):
    env["ecrm.touchpoint.reason"].with_user(users["boss"]).create(
        {"name": "One more", "touchpoint_id": touchpoint.id}
    )
def bring_back(env):
    spare.with_env(env).with_user(users["boss"]).active = True
for other in (add, bring_back):
    answers = race(add, other)
    assert sorted(map(str, map(type, answers))) == sorted(
        [str(int), "<class 'odoo.exceptions.ValidationError'>"]
    ), answers
    env.invalidate_all()
    assert len(touchpoint.reason_ids) == 8, touchpoint.reason_ids
    touchpoint.reason_ids.filtered(lambda one: one.name == "One more").unlink()
    spare.active = False
    env.cr.commit()
"""

RACES = {
    "V31: two mails of one customer": TWO_MAILS,
    "V35: one form sent twice": SAME_FORM,
    "two windows write, and one is solved meanwhile": BOTH_WRITE,
    "V54: votes, and an idea that is closed": VOTES,
    "V34: two browsers answer one link": ANSWERS,
    "two senders ask one person": SENDERS,
    "a day in the portal": VISITS,
    "limits of the public form": LIMITS,
    "consent in two windows": CONSENT,
    "reasons to choose from": REASONS,
}


@pytest.fixture(scope="module")
def hosted(server, world):
    """One database for all of them: each makes what it needs."""
    with server.copied(world, "hosts") as name:
        yield name


@pytest.mark.parametrize("script", RACES.values(), ids=RACES.keys())
def test_at_one_moment_as_one_after_the_other(hosted, script, tmp_path):
    run(hosted, RACING + WEB + script, tmp_path)
