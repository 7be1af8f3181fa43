// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension CommandFailure {
    /// As people read it: what, where, and what to do.
    var lines: String {
        var lines = ["error: " + PlainText.line(what)]
        if let pointer { lines.append("field: " + PlainText.line(pointer)) }
        if let fix { lines.append("fix: " + PlainText.line(fix)) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// As programs read it, beside `--json`.
    var json: JSON {
        .given([
            "error": .string(what), "code": code.map(JSON.string), "pointer": pointer.map(JSON.string),
            "fix": fix.map(JSON.string),
        ])
    }
}
