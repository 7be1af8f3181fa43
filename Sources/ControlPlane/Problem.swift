// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Shapes
import Wire

/// A refusal as it is sent: RFC 9457 with a stable code and what to do. Never holds a value of the request.
struct Problem: Sendable {
    var status: HTTPResponse.Status
    var code: String
    var title: String
    var detail: String
    var fix: String
    /// The field in error, as a JSON pointer into the body.
    var pointer: String?
    /// The query parameter or header field in error.
    var parameter: String?
    var scope: String?
    var allow: [String]?
    var offset: Int?
    /// Seconds after which it may be tried again.
    var retryAfter: Int?
    /// Whether it is a failure of ours, to be logged.
    var isOurs = false

    init(_ status: HTTPResponse.Status, _ code: String, _ title: String, _ detail: String, fix: String) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.fix = fix
    }

    var answer: Answer {
        var answer = Answer("application/problem+json", bytes)
        answer.status = status
        if status == .unauthorized { answer.fields[.wwwAuthenticate] = "Bearer realm=\"bitting\"" }
        if let allow { answer.fields[.allow] = allow.joined(separator: ", ") }
        if let retryAfter { answer.fields[.retryAfter] = String(retryAfter) }
        return answer
    }

    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "urn:bitting:problem:\(code)")
            writer.member("title", title)
            writer.member("status", status.code)
            writer.member("code", code)
            writer.member("detail", detail)
            writer.member("fix", fix)
            if let pointer { writer.member("pointer", JSONPointer.repeatable(pointer)) }
            if let parameter, parameter.utf8.count <= JSONPointer.longestName { writer.member("parameter", parameter) }
            if let scope { writer.member("scope", scope) }
            if let allow { writer.member("allow", allow) }
            if let offset { writer.member("offset", offset) }
        }
        return writer.bytes
    }
}
