// SPDX-License-Identifier: Apache-2.0
/// A call to a provider about its keys, filled in and ready to be sent with a credential, and what is wanted of the answer.
package struct ProviderCall: Equatable, Sendable {
    package let method: String
    /// Canonical path with its query.
    package let target: String
    /// One of the provider's origins; nil for the first.
    package var origin: OriginPattern? = nil
    package var fields: [ProviderTest.Field] = []
    package var contentType: String? = nil
    /// May hold a secret; whoever sends it wipes what it made of it.
    package var body: [UInt8]? = nil
    /// Settings that this call has in place of the credential's own: the service that it goes to.
    package var settings: [CredentialSetting] = []
    /// What is read from a good answer.
    package var wants: [AnswerWant] = []
    package var rows: AnswerRows? = nil
    /// Statuses of an answer that is read; of any other the status alone counts.
    package var expect: [Int] = []

    /// A call.
    package init(method: String, target: String) {
        self.method = method
        self.target = target
    }
}

/// One thing that is wanted of an answer.
package struct AnswerWant: Equatable, Sendable {
    package let name: String
    package let at: AnswerPath
    /// Whether the whole JSON there is wanted; else it has to be a text, or a whole number read as one.
    package let asJSON: Bool
    /// JSON that is taken where nothing stands there; nil where something has to.
    package var otherwise: String? = nil

    /// A thing wanted.
    package init(name: String, at: AnswerPath, asJSON: Bool = false) {
        self.name = name
        self.at = at
        self.asJSON = asJSON
    }
}

/// A list that is wanted of an answer: what stands in each of its items.
package struct AnswerRows: Equatable, Sendable {
    package let items: AnswerPath
    /// Within an item.
    package let key: AnswerPath
    /// Within an item; nil where keys have no names.
    package let label: AnswerPath?
    /// Where the next page is named; nil where nothing names it.
    package let more: AnswerPath?

    /// A list.
    package init(items: AnswerPath, key: AnswerPath, label: AnswerPath?, more: AnswerPath?) {
        self.items = items
        self.key = key
        self.label = label
        self.more = more
    }
}

/// A way into an answer. Of JSON: a JSON Pointer (RFC 6901). Of XML: the names of elements under the root, with `/`
/// before each and without name spaces; where several have a name, a list is all of them and a text is the first's.
package struct AnswerPath: Hashable, Sendable {
    package let text: String

    /// A way; nil for what is neither empty nor begins with `/`, or is longer than 200 bytes or 10 steps.
    package init?(_ text: String) {
        guard text.isEmpty || text.hasPrefix("/"), text.utf8.count <= 200,
            text.utf8.lazy.filter({ $0 == UInt8(ascii: "/") }).count <= 10,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.text = text
    }

    /// Its steps, unescaped.
    package var steps: [String] {
        text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { step in
            String(step).replacing("~1", with: "/").replacing("~0", with: "~")
        }
    }
}
