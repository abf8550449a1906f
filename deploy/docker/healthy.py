"""`healthy.py PORT PATH` in a container: ends with 0 when this process answers 200 there."""

import http.client
import sys


def main() -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=4)
    try:
        connection.request("GET", sys.argv[2])
        status = connection.getresponse().status
    except OSError as error:
        sys.exit(str(error))
    sys.exit(None if status == http.client.OK else f"answered {status}")


if __name__ == "__main__":
    main()
