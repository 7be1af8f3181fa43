// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Why a call did not do what it was asked: a refusal of the server (RFC 9457), or that there was no answer.
public struct BittingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The HTTP status; nil where no answer came.
    public let status: Int?
    /// The stable name of what is wrong: `not_found`, `invalid_field`, …; on this side `unreachable`, `timed_out`,
    /// `answer_too_large`, `unexpected_answer`, `invalid_url`, `invalid_key`, `invalid_path`, `cancelled`, `connection_lost`.
    public let code: String
    /// What kind of thing is wrong, in a few words.
    public let title: String
    /// What is wrong this time.
    public let detail: String?
    /// What to do about it.
    public let fix: String?
    /// The field in error, as a JSON pointer.
    public let pointer: String?

    /// An error that no server said.
    package init(code: String, title: String, detail: String?, fix: String?) {
        status = nil
        self.code = code
        self.title = title
        self.detail = detail
        self.fix = fix
        pointer = nil
    }

    /// What the server said in an answer that is not 2xx.
    package init(refusing response: Response) {
        let problem = BittingError.problem(in: response)
        status = response.status
        code = problem?["code"]?.asString ?? "unexpected_answer"
        title = problem?["title"]?.asString ?? "The server answered \(response.status)"
        detail = problem?["detail"]?.asString ?? (problem == nil ? "The answer does not come from Bitting." : nil)
        fix = problem?["fix"]?.asString ?? (problem == nil ? "Check the address that is called." : nil)
        pointer = problem?["pointer"]?.asString
    }

    /// An answer that is not what its status promised.
    package static func unexpected(_ response: Response) -> BittingError {
        BittingError(
            code: "unexpected_answer", title: "The answer makes no sense",
            detail: "The server answered \(response.status) with a body that is not what Bitting sends.",
            fix: "Check the address that is called, and that client and server are of one release.")
    }

    private static func problem(in response: Response) -> JSON? {
        guard response.header("content-type")?.hasPrefix("application/problem+json") == true,
            let problem = try? JSON.parse(response.body), problem.asObject != nil
        else { return nil }
        return problem
    }

    /// Title, detail and fix in one line.
    public var description: String {
        [title, detail, fix].compactMap(\.self).joined(separator: ". ")
    }
}
