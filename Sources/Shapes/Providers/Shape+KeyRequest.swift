// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// The members of every request about keys.
enum RequestField {
    static let all = ["method", "path", "origin", "headers", "content_type", "body", "settings", "expect"]
}

private enum RequestMethod: String, CaseIterable, Sendable {
    case GET, POST, PUT, PATCH, DELETE

    var hasBody: Bool { self == .POST || self == .PUT || self == .PATCH }
}

extension Fields {
    /// The request among the members.
    func request() throws(FieldFault) -> KeyMaking.Request {
        let method = try required("method", Shape<RequestMethod>.word)
        var request = KeyMaking.Request(
            method: method.rawValue, path: try required("path", .requestPath),
            expect: try required("expect", Shape<Int>.status(200...299).list(1...10)))
        request.origin = try nullable("origin", .origin)
        request.fields = try optional("headers", .testFields) ?? []
        request.contentType = try nullable("content_type", .fieldValue)
        request.body = try nullable("body", .testBody)
        request.settings = try optional("settings", .givenSettings) ?? []
        guard request.body == nil || method.hasBody else {
            throw .value(
                "\(pointer)/body", "A \(method.rawValue) has no body.",
                fix: "Send POST, PUT or PATCH, or leave the body out.")
        }
        guard (request.body == nil) == (request.contentType == nil) else {
            guard request.body == nil else {
                throw .missing("\(pointer)/content_type", fix: "Send what the body is: application/json.")
            }
            throw .value(
                "\(pointer)/content_type", "There is no body that this tells of.", fix: "Leave it out, or send a body.")
        }
        return request
    }
}

extension Shape where Value == String {
    /// A canonical path and perhaps a query; names may stand in it.
    fileprivate static var requestPath: Shape {
        parsed(
            "This is not a path in canonical form.",
            fix: "Begin with /, without empty or dot segments or needless escapes; names stand in braces."
        ) { text in
            guard text.utf8.count <= ProviderTest.longestPath, let sample = RequestText(text).filled({ _ in "a" }),
                KeyMaking.Request.isTarget(sample)
            else { return nil }
            return text
        }
    }

    /// The path of further pages: `{more}` where the answer names it whole.
    static var nextPath: Shape {
        Shape { json, pointer throws(FieldFault) in
            if json.asString == "{\(KeyMaking.Name.more.rawValue)}" { return json.asString ?? "" }
            return try requestPath.read(json, pointer)
        }
    }
}
