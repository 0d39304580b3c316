"""What a role may do and who may be it, read from its policies as IAM reads them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from containerscope.insight.iam_access import Answer, Decision, can, overlap, simulated
from containerscope.insight.iam_statements import (
    all_statements,
    flag,
    grants,
    like,
    statements_of,
)
from containerscope.model.health import Level
from containerscope.model.iam import EvaluationResult, IamTag, NamedPolicy, Role, RoleWhole

ROLE = Role(
    arn="arn:aws:iam::123456789012:role/app/cart",
    role_name="cart",
    tags=(IamTag("team", "shop"),),
)
BUCKET = "arn:aws:s3:::cart-data"
KEY = f"{BUCKET}/orders/1"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "s3:GetObject", "Resource": "*", **elements}


def role(*statements: dict[str, Any], boundary: Any = None, whole: bool = True) -> RoleWhole:
    policies = (NamedPolicy("cart", document(*statements)),)
    bound = None if boundary is None else NamedPolicy("limit", boundary)
    return RoleWhole(ROLE, policies, bound, whole)


def ask(
    found: RoleWhole, action: str = "s3:GetObject", resource: str = KEY, **context: str
) -> Decision:
    return can(found, action, resource, context)


@pytest.mark.parametrize(
    ("elements", "action", "resource", "expected"),
    [
        ({}, "s3:GetObject", KEY, Answer.ALLOWED),
        ({}, "S3:getobject", KEY, Answer.ALLOWED),
        ({}, "s3:PutObject", KEY, Answer.NOT_ALLOWED),
        ({"Action": "s3:*"}, "s3:PutObject", KEY, Answer.ALLOWED),
        ({"Action": "S3:GET*"}, "s3:GetObject", KEY, Answer.ALLOWED),
        ({"Action": "s3:Get?bject"}, "s3:GetObject", KEY, Answer.ALLOWED),
        ({"Action": ["sqs:*", "s3:GetObject"]}, "s3:GetObject", KEY, Answer.ALLOWED),
        ({"Action": "*"}, "iam:PassRole", "*", Answer.ALLOWED),
        ({"Action": "s3:GetObject*"}, "s3:GetObject", KEY, Answer.ALLOWED),
        ({"Resource": f"{BUCKET}/*"}, "s3:GetObject", KEY, Answer.ALLOWED),
        ({"Resource": BUCKET}, "s3:GetObject", KEY, Answer.NOT_ALLOWED),
        ({"Resource": BUCKET.upper()}, "s3:GetObject", BUCKET, Answer.NOT_ALLOWED),
        ({"Resource": f"{BUCKET}/orders/?"}, "s3:GetObject", KEY, Answer.ALLOWED),
        ({"Resource": [f"{BUCKET}/x", f"{BUCKET}/orders/*"]}, "s3:GetObject", KEY, Answer.ALLOWED),
        ({"Resource": "arn:aws:s3:::*"}, "s3:GetObject", KEY, Answer.ALLOWED),
    ],
)
def test_an_allow_is_about_its_actions_and_resources(
    elements: dict[str, Any], action: str, resource: str, expected: Answer
) -> None:
    assert ask(role(statement(**elements)), action, resource).answer is expected


def test_what_a_not_element_names_is_what_it_leaves_out() -> None:
    others = {"Effect": "Allow", "NotAction": ["iam:*", "s3:Delete*"], "Resource": "*"}
    assert ask(role(others)).answer is Answer.ALLOWED
    assert ask(role(others), "iam:PassRole", "*").answer is Answer.NOT_ALLOWED
    assert ask(role(others), "S3:DeleteObject").answer is Answer.NOT_ALLOWED
    elsewhere = {"Effect": "Allow", "Action": "s3:*", "NotResource": f"{BUCKET}/*"}
    assert ask(role(elsewhere)).answer is Answer.NOT_ALLOWED
    assert ask(role(elsewhere), resource="arn:aws:s3:::other/x").answer is Answer.ALLOWED


def test_an_explicit_deny_wins_over_every_allow() -> None:
    denying = role(statement(Action="*"), statement("Deny", Action="s3:*", Resource=f"{BUCKET}/*"))
    decision = ask(denying)
    assert decision.answer is Answer.DENIED
    assert decision.words == "no, it is denied: policy cart denies it"
    assert ask(denying, resource="arn:aws:s3:::other/x").answer is Answer.ALLOWED


def test_a_deny_that_says_not_action_denies_the_rest() -> None:
    fence = {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}
    assert ask(role(statement(Action="*"), fence), "sqs:SendMessage", "*").answer is Answer.DENIED
    assert ask(role(statement(Action="*"), fence)).answer is Answer.ALLOWED


def test_a_condition_that_is_not_known_makes_an_answer_conditional() -> None:
    vpc = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    decision = ask(role(statement(Condition=vpc)))
    assert decision.answer is Answer.CONDITIONAL
    assert decision.conditions == ("only if aws:SourceVpce StringEquals vpce-1",)
    known = can(role(statement(Condition=vpc)), "s3:GetObject", KEY, {"aws:sourcevpce": "vpce-1"})
    assert known.answer is Answer.ALLOWED
    other = can(role(statement(Condition=vpc)), "s3:GetObject", KEY, {"aws:sourcevpce": "vpce-2"})
    assert other.answer is Answer.NOT_ALLOWED


def test_a_deny_under_conditions_leaves_an_allow_conditional() -> None:
    insecure = {"Bool": {"aws:SecureTransport": False}}
    decision = ask(role(statement(), statement("Deny", Condition=insecure)))
    assert decision.answer is Answer.CONDITIONAL
    assert decision.conditions == ("not if aws:SecureTransport Bool false",)


def test_an_unconditional_allow_needs_no_condition_of_another_one() -> None:
    vpc = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    assert ask(role(statement(Condition=vpc), statement())).answer is Answer.ALLOWED


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:PrincipalAccount": "123456789012"}}, Answer.ALLOWED),
        ({"StringEquals": {"AWS:principalaccount": ["1", "123456789012"]}}, Answer.ALLOWED),
        ({"StringEquals": {"aws:PrincipalAccount": "1"}}, Answer.NOT_ALLOWED),
        ({"StringNotEquals": {"aws:PrincipalAccount": "1"}}, Answer.ALLOWED),
        ({"StringEquals": {"aws:PrincipalTag/team": "shop"}}, Answer.ALLOWED),
        ({"StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "SHOP"}}, Answer.ALLOWED),
        ({"StringLike": {"aws:PrincipalTag/team": "sh*"}}, Answer.ALLOWED),
        ({"StringNotLike": {"aws:PrincipalTag/team": "sh*"}}, Answer.NOT_ALLOWED),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app/*"}}, Answer.ALLOWED),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app/*"}}, Answer.NOT_ALLOWED),
        ({"Null": {"aws:PrincipalArn": "true"}}, Answer.NOT_ALLOWED),
        ({"Null": {"aws:PrincipalArn": "false"}}, Answer.ALLOWED),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, Answer.ALLOWED),
        ({"StringEqualsIfExists": {"aws:PrincipalAccount": "1"}}, Answer.NOT_ALLOWED),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, Answer.CONDITIONAL),
        ({"ForAnyValue:StringEquals": {"aws:PrincipalArn": "x"}}, Answer.CONDITIONAL),
        ({"NumericLessThan": {"aws:PrincipalAccount": "5"}}, Answer.CONDITIONAL),
        ({"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}}, Answer.CONDITIONAL),
        (
            {
                "StringEquals": {"aws:PrincipalAccount": "1"},
                "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
            },
            Answer.NOT_ALLOWED,
        ),
    ],
)
def test_conditions_on_the_role_itself_are_evaluated(
    condition: dict[str, Any], expected: Answer
) -> None:
    assert ask(role(statement(Condition=condition))).answer is expected


def test_a_policy_variable_that_is_known_is_filled_in_and_another_is_conditional() -> None:
    own = role(statement(Resource=f"{BUCKET}/${{aws:PrincipalTag/team}}/*"))
    assert ask(own, resource=f"{BUCKET}/shop/1").answer is Answer.ALLOWED
    assert ask(own, resource=f"{BUCKET}/other/1").answer is Answer.NOT_ALLOWED
    user = role(statement(Resource=f"{BUCKET}/${{aws:userid}}/*"))
    decision = ask(user, resource=f"{BUCKET}/a/1")
    assert decision.answer is Answer.CONDITIONAL
    assert "the resource is arn:aws:s3:::cart-data/${aws:userid}/*" in decision.conditions[0]
    assert ask(user, resource="arn:aws:s3:::else").answer is Answer.NOT_ALLOWED


def test_a_star_that_is_only_a_star_covers_nothing_else() -> None:
    literal = role(statement(Resource=f"{BUCKET}/${{*}}"))
    assert ask(literal, resource=f"{BUCKET}/*").answer is Answer.ALLOWED
    assert ask(literal, resource=f"{BUCKET}/x").answer is Answer.NOT_ALLOWED


def test_asking_for_many_resources_of_which_some_are_allowed_is_conditional() -> None:
    some = role(statement(Resource=f"{BUCKET}/orders/*"))
    decision = ask(some, resource=f"{BUCKET}/*")
    assert decision.answer is Answer.CONDITIONAL
    assert decision.conditions == (f"only if it is {BUCKET}/orders/*",)
    partly = role(statement(), statement("Deny", Resource=f"{BUCKET}/orders/*"))
    assert ask(partly, resource=f"{BUCKET}/*").conditions == (f"not if it is {BUCKET}/orders/*",)


def test_the_boundary_must_allow_too_and_may_deny() -> None:
    everything = statement(Action="*")
    allows = document(statement(Action="s3:*"))
    assert ask(role(everything, boundary=allows)).answer is Answer.ALLOWED
    refused = ask(role(everything, boundary=allows), "sqs:SendMessage", "*")
    assert refused.answer is Answer.NOT_ALLOWED
    assert refused.note == "the boundary limit does not allow it"
    denies = document(statement(Action="*"), statement("Deny", Action="s3:Get*"))
    assert ask(role(everything, boundary=denies)).answer is Answer.DENIED
    alone = RoleWhole(ROLE, (), NamedPolicy("limit", allows))
    assert ask(alone).answer is Answer.NOT_ALLOWED


def test_a_boundary_that_could_not_be_read_leaves_no_plain_yes() -> None:
    decision = ask(RoleWhole(ROLE, role(statement()).policies, NamedPolicy("limit", None)))
    assert decision.answer is Answer.CONDITIONAL
    assert "the permissions boundary" in decision.unseen
    assert decision.note == "a policy that could not be read may still deny it"


def test_a_policy_that_could_not_be_read_leaves_no_plain_no() -> None:
    hidden = NamedPolicy("hidden", None, problem="denied")
    decision = ask(RoleWhole(ROLE, (hidden,)))
    assert decision.answer is Answer.UNKNOWN
    assert "policy hidden" in decision.unseen
    assert ask(role(statement(Action="x:y"), whole=False)).answer is Answer.UNKNOWN
    allowed = ask(RoleWhole(ROLE, (*role(statement()).policies, hidden)))
    assert allowed.answer is Answer.ALLOWED
    assert allowed.note


def test_every_answer_says_what_it_did_not_see() -> None:
    unseen = " ".join(ask(role(statement())).unseen)
    for word in ("control policies", "of the resource", "session policies"):
        assert word in unseen


@given(st.text("ab*?", max_size=7), st.text("ab", max_size=7))
def test_a_pattern_overlaps_the_text_exactly_where_it_covers_it(pattern: str, text: str) -> None:
    assert overlap(pattern, text) == like(pattern, text)


@given(st.text("ab*?", max_size=6), st.text("ab*?", max_size=6), st.text("ab", max_size=5))
def test_patterns_that_share_a_text_overlap(one: str, other: str, text: str) -> None:
    if like(one, text) and like(other, text):
        assert overlap(one, other)
    assert overlap(one, other) == overlap(other, one)


@pytest.mark.parametrize(("one", "other"), [("a*", "b*"), ("*a", "*b"), ("a?", "a"), ("", "a")])
def test_patterns_that_share_nothing_do_not_overlap(one: str, other: str) -> None:
    assert not overlap(one, other)


def test_many_stars_take_no_longer_than_one() -> None:
    assert not like("*" * 500 + "b", "a" * 5000)
    assert not like("*a" * 50 + "*b", "a" * 2000)
    assert overlap("*" * 300, "*" * 300)


@pytest.mark.parametrize(
    "shape",
    [
        document(statement()),
        {"Statement": statement()},
        quote(msgspec.json.encode(document(statement())).decode()),
        msgspec.json.encode(document(statement())).decode(),
    ],
)
def test_a_document_is_read_in_each_of_its_shapes(shape: Any) -> None:
    (found,) = statements_of(shape, "cart")
    assert (found.actions, found.resources, found.policy) == (("s3:GetObject",), ("*",), "cart")
    assert found.allows


@pytest.mark.parametrize(
    "odd", [None, "", "no json", "[]", "%ff", {}, {"Statement": "x"}, {"Statement": [1, None]}]
)
def test_what_is_no_policy_has_no_statements(odd: Any) -> None:
    assert statements_of(odd) == ()


@pytest.mark.parametrize(
    ("elements", "level", "words"),
    [
        ({"Action": "*"}, Level.FAILED, "administrator"),
        ({"Action": "*:*"}, Level.FAILED, "administrator"),
        ({"Action": "*", "Resource": BUCKET}, Level.FAILED, "every action"),
        ({"Action": "iam:PassRole"}, Level.FAILED, "may pass any role"),
        ({"Action": "iam:Pass*"}, Level.FAILED, "may pass any role"),
        ({"Action": "iam:PassRole", "Resource": ROLE.arn}, Level.NONE, ""),
        ({"Action": "sts:AssumeRole"}, Level.FAILED, "may assume any role that lets it"),
        ({"Action": "iam:PutRolePolicy"}, Level.FAILED, "may grant itself more"),
        (
            {"Action": "iam:PutRolePolicy", "Resource": ROLE.arn},
            Level.WARNING,
            "may grant itself more",
        ),
        ({"Action": "s3:*"}, Level.WARNING, "all of s3 on everything"),
        ({"Action": "s3:*", "Resource": BUCKET}, Level.NONE, "all of s3"),
        ({"Action": "s3:Get*"}, Level.WARNING, "wildcards on everything"),
        ({"Action": "s3:Get*", "Resource": BUCKET}, Level.NONE, ""),
        ({"Action": "s3:GetObject"}, Level.NONE, "every resource"),
        ({"Effect": "Deny", "Action": "*"}, Level.NONE, ""),
        (
            {"Action": "*", "Condition": {"StringEquals": {"a": "b"}}},
            Level.WARNING,
            "administrator, under conditions",
        ),
    ],
)
def test_what_is_too_wide_is_flagged(elements: dict[str, Any], level: Level, words: str) -> None:
    (found,) = statements_of(document(statement(**elements)))
    assert flag(found) == (level, words)


def test_a_not_action_is_wide_by_nature() -> None:
    (found,) = statements_of(document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}))
    assert flag(found) == (Level.FAILED, "everything that is not named")


def test_all_policies_become_one_table_with_denials_first_and_the_widest_next() -> None:
    policies = (
        NamedPolicy("one", document(statement(Resource=BUCKET), statement(Action="sqs:*"))),
        NamedPolicy("two", document(statement(Action="s3:PutObject", Resource=[BUCKET]))),
        NamedPolicy("three", document(statement("Deny", Action="s3:DeleteObject"))),
        NamedPolicy("hidden", None),
    )
    rows = grants(all_statements(policies))
    assert [(row.effect, row.actions, row.policies) for row in rows] == [
        ("Deny", ("s3:DeleteObject",), ("three",)),
        ("Allow", ("sqs:*",), ("one",)),
        ("Allow", ("s3:GetObject", "s3:PutObject"), ("one", "two")),
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"EvalDecision": "allowed"}, Answer.ALLOWED),
        ({"EvalDecision": "allowed", "MissingContextValues": ["a:b"]}, Answer.CONDITIONAL),
        ({"EvalDecision": "explicitDeny"}, Answer.DENIED),
        ({"EvalDecision": "implicitDeny"}, Answer.NOT_ALLOWED),
        ({}, Answer.UNKNOWN),
    ],
)
def test_a_simulation_of_iam_is_told_in_the_same_terms(
    answer: dict[str, Any], expected: Answer
) -> None:
    matched = {"MatchedStatements": [{"SourcePolicyId": "cart"}]}
    found = simulated(msgspec.convert({**answer, **matched}, EvaluationResult))
    assert found.answer is expected
    assert "policy cart" in found.words


def test_a_simulation_says_whether_the_organization_or_the_boundary_refused() -> None:
    refused = {"EvalDecision": "implicitDeny"}
    by_organization = {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}
    found = simulated(msgspec.convert({**refused, **by_organization}, EvaluationResult))
    assert found.note == "a policy of the organization does not allow it"
    by_boundary = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}}
    found = simulated(msgspec.convert({**refused, **by_boundary}, EvaluationResult))
    assert found.note == "the permissions boundary does not allow it"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Effect", "Action", "NotAction", "Resource", "Condition", "Principal", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.text(max_size=12), st.text(max_size=12))
def test_any_document_at_all_is_answered(odd: Any, action: str, resource: str) -> None:
    whole = RoleWhole(ROLE, (NamedPolicy("odd", {"Statement": odd}),))
    assert can(whole, action, resource).words
    grants(all_statements(whole.policies))
