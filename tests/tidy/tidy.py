"""Checks that the house stays in order: the tree, who includes whom, banned words, sizes.

Every finding names the file, the line and what to do instead. Run: scripts/test --tier tidy
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()

TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "README.md", "proto", "services", "common",
             "deploy", "tests", "scripts"}

# Left never includes right (architecture.md section 2); each row may include the rows above it and
# the modules of its own row only where `same row` says so.
LAYERS = [["error"], ["time", "text"], ["money", "workflow", "deadlines", "agreement", "config",
                                "telemetry"], ["auth", "net", "db", "blob"],
          ["timers", "bus", "rpc"]]
SAME_LAYER = {("blob", "auth"), ("bus", "timers"), ("rpc", "bus"), ("rpc", "timers")}

DOMAIN_MAY = {"error", "text", "time", "money", "workflow", "deadlines", "agreement"}
STORE_MAY = {"error", "text", "time", "money", "db"}

# A foreign header appears in the .cc files of one module only.
FOREIGN = {
    r"sqlite3\.h": ["common/db/", "tests/"], r"libpq-fe\.h": ["common/db/", "tests/"],
    r"amqp.*\.h": ["common/bus/", "tests/"],
    r"curl/.*": ["common/net/"], r"spdlog/.*": ["common/telemetry/"],
    r"prometheus/.*": ["common/telemetry/"], r"CLI/.*": ["common/config/", "scripts/operator/"],
    r"boost/.*": ["services/gateway/", "tests/"], r"magic\.h": ["common/blob/"],
    r"sodium\.h": ["services/identity/"], r"date/.*": ["common/time/"],
    r"expat\.h": ["services/budgets/domain/ecb"],
    r"xlsxwriter\.h": ["services/budgets/api/export_"],
    r"openssl/.*": ["common/agreement/", "common/auth/", "common/db/", "common/bus/",
                    "common/blob/"],
}

# Words that are banned in our C++, with what to use instead.
BANNED = [
    (r"\bsystem_clock::now\b", "take the time from Clock", ["common/time/clock.cc"]),
    (r"\bstd::rand\b|\bsrand\(", "take randomness from Rng", []),
    (r"\brandom_device\b", "take randomness from Rng", ["common/db/backoff.cc", "tests/"]),
    # The field of budgets' Amount is called so, too.
    (r"(?<!amount\(\))(?<!\bamount)(?<!\bmessage)(?<!\brequest)\.value\(\)",
     "check ok() and use *result, or ASSIGN_OR_RETURN",
     ["common/telemetry/metrics", "common/rpc/server_", "common/blob/blob.cc", "tests/",
      "services/gateway/", "scripts/operator/"]),
    (r"\bTODO\b|\bFIXME\b|\bXXX\b|\bHACK\b", "finish it, or file an issue", []),
    (r"\bstrtok\(|\bsprintf\(|\bgets\(|\bstrcpy\(", "use std::string", []),
    (r"\busing namespace (?!std::chrono_literals|std::literals|std::string_literals"
     r"|std::string_view_literals)", "name what you use", ["tests/"]),
    (r"std::this_thread::sleep_for", "wait on a condition with the injected clock",
     ["common/bus/", "common/db/", "common/rpc/", "common/timers/", "tests/", "scripts/"]),
]

LINE_COLUMNS_MAX = 100
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70

findings = []


def report(path, line, text):
    findings.append(f"{path.relative_to(ROOT)}:{line}: {text}")


def tracked_files():
    out = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in out.splitlines() if (ROOT / name).is_file()]


def check_top_level():
    out = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True, check=True).stdout
    for name in sorted({line.split("/")[0] for line in out.splitlines()}):
        if name not in TOP_LEVEL and not name.startswith("."):
            report(ROOT / name, 1, "does not belong on the top level: see the tree in README.md")


def layer_of(module):
    for index, row in enumerate(LAYERS):
        if module in row:
            return index
    return None


def check_include(path, number, included):
    relative = path.relative_to(ROOT).as_posix()
    parts = relative.split("/")
    target = included.split("/")
    if parts[0] == "common":
        check_common_include(path, number, parts[1], target)
    if parts[0] == "services":
        check_service_include(path, number, parts, target)


def check_common_include(path, number, module, target):
    if target[0] == "services":
        report(path, number, "common never includes a service")
    if target[0] != "common" or len(target) < 3 or target[1] == module:
        return
    own, other = layer_of(module), layer_of(target[1])
    if other is None or own is None:
        report(path, number, f"common/{target[1]} or common/{module} has no place in the layers")
    elif other > own or (other == own and (module, target[1]) not in SAME_LAYER):
        report(path, number, f"common/{module} may not include common/{target[1]}: wrong direction")


def check_service_include(path, number, parts, target):
    service, layer = parts[1], parts[2]
    if target[0] == "services" and target[1] != service:
        report(path, number, f"{service} may not include {target[1]}: talk by RPC or events")
    if layer == "domain":
        if target[0] == "common" and target[1] not in DOMAIN_MAY:
            report(path, number, f"domain may not include common/{target[1]}: keep it pure")
        if target[0] == "services" and target[2] != "domain":
            report(path, number, "domain includes only its own domain")
        if target[0] in ("jointly", "grpcpp", "google"):
            report(path, number, "domain knows no protobuf and no gRPC")
    if layer == "store":
        if target[0] == "common" and target[1] not in STORE_MAY:
            report(path, number, f"store may not include common/{target[1]}")
        if target[0] == "services" and target[2] not in ("domain", "store"):
            report(path, number, "store includes only its domain and itself")
    if layer in ("domain", "store", "api", "events") and target[0] in ("grpcpp", "grpc"):
        report(path, number, "gRPC appears in grpc/ and main.cc only, so that tests need none")


def check_foreign(path, number, included):
    relative = path.relative_to(ROOT).as_posix()
    for pattern, places in FOREIGN.items():
        if re.fullmatch(pattern, included) and not any(relative.startswith(p) for p in places):
            report(path, number, f"<{included}> belongs in {' or '.join(places)} only")
        if re.fullmatch(pattern, included) and relative.endswith(".h") \
                and relative.startswith("common/") and "_internal" not in relative \
                and not is_private_header(path):
            report(path, number, f"<{included}> belongs in .cc files: a public header hides it")


def is_private_header(path):
    """A header that says in its first lines that it is private to its module."""
    return "Private to common/" in path.read_text(errors="replace")[:600]


def check_banned(path, number, line):
    relative = path.relative_to(ROOT).as_posix()
    code = line.split("//")[0] if "TODO" not in line else line
    for pattern, instead, exempt in BANNED:
        if re.search(pattern, code) and not any(relative.startswith(p) for p in exempt):
            report(path, number, f"banned: {re.search(pattern, code).group(0)}: {instead}")


def check_lengths(path, lines):
    if len(lines) > FILE_LINES_MAX:
        report(path, len(lines), f"{len(lines)} lines; split it below {FILE_LINES_MAX}")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS_MAX and "http" not in line and "R\"" not in line:
            report(path, number, f"{len(line)} columns; at most {LINE_COLUMNS_MAX}")


def check_functions(path, lines):
    """A definition starts at column 0 or 2 and ends at the closing brace of the same indent."""
    start = None
    for number, line in enumerate(lines, 1):
        opener = re.match(r"^( {0,2})(?!namespace|class|struct|enum|union|extern|#|//|"
                          r"constexpr auto|"
                          r"inline constexpr|const std::|static const)[A-Za-z_~:].*\{$", line)
        continuation = re.match(r"^( {4,}).*\) (const |override |noexcept )*\{$", line)
        if start is None and opener and ("(" in line or line.rstrip().endswith(") {")):
            start = (number, len(opener.group(1)))
        elif start is None and continuation and number > 1 \
                and re.match(r"^ {0,2}\S", lines[number - 2]):
            indent = re.match(r"^ *", lines[number - 2]).group(0)
            start = (number - 1, len(indent))
        elif start is not None and re.match(r"^ {%d}\}" % start[1], line):
            if number - start[0] > FUNCTION_LINES_MAX:
                report(path, start[0], f"a function of {number - start[0]} lines; at most "
                                       f"{FUNCTION_LINES_MAX}")
            start = None


def check_cpp(path):
    lines = path.read_text(errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        ours = re.match(r'#include "([^"]+)"', line)
        foreign = re.match(r"#include <([^>]+)>", line)
        if ours:
            check_include(path, number, ours.group(1))
        if foreign:
            check_include(path, number, foreign.group(1))
            check_foreign(path, number, foreign.group(1))
        check_banned(path, number, line)
    check_lengths(path, lines)
    check_functions(path, lines)
    if path.suffix == ".h" and "#pragma once" not in lines[:3]:
        report(path, 1, "a header starts with #pragma once")


def check_script(path):
    lines = path.read_text(errors="replace").splitlines()
    check_lengths(path, lines)
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(TODO|FIXME)\b", line) and "tidy" not in str(path):
            report(path, number, "finish it, or file an issue")


def main():
    check_top_level()
    for path in tracked_files():
        if path.suffix in (".cc", ".h"):
            check_cpp(path)
        elif path.suffix in (".py", ".sh") or path.parent.name == "scripts":
            if path.suffix != ".txt":
                check_script(path)
    for finding in sorted(findings):
        print(finding)
    print(f"tidy: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
