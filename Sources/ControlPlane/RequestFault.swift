// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a request before anybody looks at its content.
enum RequestFault: Error, Equatable, Sendable {
    case noSuchPath
    /// The methods that the path has.
    case methodNotAllowed([String])
    case bodyTooLarge(longest: Int)
    /// A line of a body that is read line by line.
    case lineTooLong
    /// The sender went away before the body was whole.
    case bodyIncomplete
    /// The types that are accepted.
    case unsupportedMediaType([String])
    /// The service does not answer for keys yet or any more.
    case notReady
    /// As many calls wait for events as may.
    case tooManyWaiting
    /// As many came without a key as may, in all or from one address.
    case tooManyVisitors(retryAfter: Int)
    /// The cursor is altered, or of another list or other filters.
    case invalidCursor
}

/// A query parameter or header field that is wrong.
struct ParameterFault: Error, Equatable, Sendable {
    let name: String
    let detail: String
    let fix: String

    init(_ name: String, _ detail: String, fix: String) {
        self.name = name
        self.detail = detail
        self.fix = fix
    }
}
