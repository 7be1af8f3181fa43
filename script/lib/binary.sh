# SPDX-License-Identifier: Apache-2.0
# Sourced from the root of the project: puts the path of an up-to-date release binary into BITTING_BIN.
# Who sets BITTING_BIN beforehand has built it.
if [ -z "${BITTING_BIN:-}" ]; then
    swift build -c release --product bitting >&2
    BITTING_BIN=$(swift build -c release --product bitting --show-bin-path)/bitting
fi
export BITTING_BIN PYTHONDONTWRITEBYTECODE=1
