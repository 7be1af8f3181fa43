// SPDX-License-Identifier: Apache-2.0

/// How a provider's API makes, lists and deletes keys: what a minted rotation does there.
///
/// In the paths and bodies of requests names stand in braces, as ``RequestText`` has them: the credential's settings;
/// `label` (what the new key is called) in `mint` and `list`; `key` (the provider's id of the key it is about) in
/// `describe` and `delete`; in `mint` also what ``describe`` took.
package struct KeyMaking: Equatable, Sendable {
    /// One request.
    package struct Request: Equatable, Sendable {
        package let method: String
        /// Canonical path, with a query where it needs one.
        package var path: String
        /// One of the provider's origins; nil for the first.
        package var origin: OriginPattern? = nil
        package var fields: [ProviderTest.Field] = []
        package var contentType: String? = nil
        package var body: String? = nil
        /// Settings in place of the credential's own.
        package var settings: [CredentialSetting] = []
        /// Statuses of a request that was carried out.
        package let expect: [Int]

        /// A request.
        package init(method: String, path: String, expect: [Int]) {
            self.method = method
            self.path = path
            self.expect = expect
        }
    }

    /// Tells what the new key has to be like, from the one it follows: `key` stands for that one's id.
    package struct Describe: Equatable, Sendable {
        package let request: Request
        /// JSON that is put into the request that makes the key, under its name.
        package var take: [AnswerWant]

        /// A description.
        package init(request: Request, take: [AnswerWant]) {
            self.request = request
            self.take = take
        }
    }

    /// Tells which id the provider has for the key that makes the call.
    package struct Own: Equatable, Sendable {
        package let request: Request
        package let key: AnswerPath

        /// A question.
        package init(request: Request, key: AnswerPath) {
            self.request = request
            self.key = key
        }
    }

    /// Tells the id from the value itself: what stands in a part of it between two texts.
    package struct OwnPart: Equatable, Sendable {
        package let part: String
        /// What the part begins with; empty for nothing.
        package let after: String
        /// What follows the id; empty where it goes to the end.
        package let before: String

        /// A place in a part.
        package init(part: String, after: String, before: String) {
            self.part = part
            self.after = after
            self.before = before
        }
    }

    package var own: Own? = nil
    /// In place of ``own``.
    package var ownPart: OwnPart? = nil
    package var describe: Describe? = nil
    package let mint: Request
    /// Where the new value stands: by the names of its parts, or ``NamedPart/whole``.
    package let value: [AnswerWant]
    /// Where the new key's id stands.
    package let key: AnswerPath
    package let list: Request
    package let rows: AnswerRows
    /// The path of the pages after the first, where there are such: `more` stands for what named the page, `page` for
    /// its number where nothing names it.
    package var next: String? = nil
    package let delete: Request
    /// Statuses of a key that is there no more.
    package let gone: [Int]

    /// All that is needed.
    package init(
        mint: Request, value: [AnswerWant], key: AnswerPath, list: Request, rows: AnswerRows, delete: Request,
        gone: [Int]
    ) {
        self.mint = mint
        self.value = value
        self.key = key
        self.list = list
        self.rows = rows
        self.delete = delete
        self.gone = gone
    }
}

/// How a provider is told the value that we chose. `new` stands for it in the body, beside the credential's settings.
package struct ValueSetting: Equatable, Sendable {
    package let request: KeyMaking.Request
    /// How many letters and digits the value has: 16 to 128.
    package let length: Int

    /// A way to set a value.
    package init(request: KeyMaking.Request, length: Int) {
        self.request = request
        self.length = length
    }
}
