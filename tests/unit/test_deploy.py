"""The files for operators agree with the program: metrics, runbook, manifests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from monitor.settings.load import load_config
from monitor.web.api.metrics import METRICS, PREFIX

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
RULES = DEPLOY / "prometheus" / "news-monitor.rules.yaml"
KUBERNETES = "1.31"


def yaml_documents(path: Path) -> list[Any]:
    """Every document of a YAML file."""
    return [*YAML(typ="safe").load_all(path.read_text())]


def rules() -> list[dict[str, Any]]:
    """The alert rules."""
    return [rule for group in yaml_documents(RULES)[0]["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    """Every expression of the rules and of the board."""
    board = json.loads((DEPLOY / "grafana" / "news-monitor.json").read_text())
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in board["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("expression", expressions())
def test_rules_and_board_ask_for_metrics_that_exist(expression: str) -> None:
    """Each metric is one that `/metrics` shows, with the labels that are asked for."""
    asked = re.findall(rf"{PREFIX}(\w+)(?:\{{(\w+))?", expression)
    assert asked or expression.startswith("up{")
    for name, label in asked:
        assert name in METRICS
        assert not label or label in METRICS[name][1]


def test_every_rule_has_its_page_of_the_runbook() -> None:
    """And no page is of a rule that is gone."""
    sections = re.findall(r"^## (\w+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert sections == [rule["alert"] for rule in rules()]
    assert [rule["annotations"]["runbook"] for rule in rules()] == [f"docs/runbook.md#{name.lower()}" for name in sections]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_every_rule_fires_in_the_state_it_is_for() -> None:
    """And none while all is well."""
    for action, file in (("check", RULES.name), ("test", "news-monitor.test.yaml")):
        done = subprocess.run(["promtool", action, "rules", file], cwd=RULES.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["migrate", "scheduler", "web", "worker"])
def test_manifests_are_what_kubernetes_takes(name: str) -> None:
    """Every document fits the published schema; containers have no rights and cannot write to their image."""
    for document in yaml_documents(DEPLOY / "kubernetes" / f"{name}.yaml"):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
        for container in document["spec"].get("template", {}).get("spec", {}).get("containers", ()):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["args"][0] == name


def test_the_configuration_of_the_manifests_loads() -> None:
    """With what the secret brings."""
    env = {
        "REDIS_URL": "redis://redis.example",
        "DATABASE_URL": "postgresql://user@postgres.example/news",
        "NEWS_MONITOR__WEB__TOKEN": "3f1c9a77d2b84e05a6c8e1f0",
    }
    found = load_config(DEPLOY / "kubernetes" / "config" / "monitor.yaml", env)
    assert found.web.token is not None
    listed = yaml_documents(DEPLOY / "kubernetes" / "kustomization.yaml")[0]["configMapGenerator"][0]["files"]
    assert {DEPLOY / "kubernetes" / path for path in listed} == {*(DEPLOY / "kubernetes" / "config").iterdir()}
