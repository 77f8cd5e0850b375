"""Prints the newest mails of the sink's folder: who, what, and the text."""

import email
import email.policy
import pathlib
import sys


def main():
    folder = pathlib.Path(sys.argv[1])
    count = int(sys.argv[2])
    files = sorted((path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pem"
                    and path.parent.name in ("new", "cur")),
                   key=lambda path: path.stat().st_mtime)
    if not files:
        print(f"mails: none yet in {folder}")
        return
    for path in files[-count:]:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        print(f"To:      {message['To']}")
        print(f"Subject: {message['Subject']}   [{message['Content-Language']}]")
        print("  " + message.get_content().strip().replace("\n", "\n  "))
        print("-" * 78)
    print(f"mails: {len(files)} in all, the newest {min(count, len(files))} shown ({folder})")


if __name__ == "__main__":
    main()
