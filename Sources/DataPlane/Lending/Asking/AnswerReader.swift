// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Wire

/// Finds what is wanted in the body of a provider's answer. What is not as it was described makes the answer unreadable,
/// whatever else stands in it.
struct AnswerReader {
    private let tree: JSON?

    /// So long may a text be, a key's id or name, what names the next page, and a document.
    private static let longestText = 16 * 1024
    private static let longestName = 256
    private static let longestMore = 2048
    private static let mostRows = 10_000

    /// Of JSON, or of XML where the type says so.
    init(_ bytes: [UInt8], contentType: String) {
        let type = contentType.prefix { $0 != ";" }.lowercased()
        tree = type.hasSuffix("/xml") || type.hasSuffix("+xml") ? XMLReader.tree(bytes) : try? JSON.parse(bytes)
    }

    /// Reads what the call wants.
    func read(_ call: ProviderCall, into answer: inout ProviderAnswer) {
        answer.isReadable = fill(call, &answer)
    }

    private func fill(_ call: ProviderCall, _ answer: inout ProviderAnswer) -> Bool {
        guard let tree else { return false }
        for want in call.wants {
            let standing = tree.at(want.at)
            if want.asJSON {
                guard let text = want.otherwise.map({ standing?.givenText ?? $0 }) ?? standing?.text else {
                    return false
                }
                guard text.utf8.count <= Self.longestText else { return false }
                answer.documents[want.name] = text
            } else {
                guard let text = standing?.plainText(Self.longestText) else { return false }
                answer.texts[want.name] = Array(text.utf8)
            }
        }
        return call.rows.map { read($0, of: tree, &answer) } ?? true
    }

    private func read(_ rows: AnswerRows, of tree: JSON, _ answer: inout ProviderAnswer) -> Bool {
        guard let items = tree.at(rows.items)?.listed, items.count <= Self.mostRows else { return false }
        for item in items {
            guard let key = item.at(rows.key)?.plainText(Self.longestName) else { return false }
            let label = rows.label.flatMap { item.at($0)?.plainText(Self.longestName) }
            answer.rows.append(.init(key: key, label: label))
        }
        guard let more = rows.more.flatMap({ tree.at($0) }) else { return true }
        switch more {
        case .null, .bool(false): return true
        case .string(let text) where text.isEmpty: return true
        default:
            answer.more = more.plainText(Self.longestMore)
            return answer.more != nil
        }
    }
}

extension JSON {
    /// What stands at the end of a way; of a list of one that was read from XML its only item.
    fileprivate func at(_ path: AnswerPath) -> JSON? {
        var place: JSON? = self
        for step in path.steps {
            guard let here = place else { return nil }
            if let list = here.asArray {
                place = Int(step).flatMap { list.indices.contains($0) ? list[$0] : nil }
            } else {
                place = here[step]
            }
        }
        return place
    }

    /// Its text; nil of null, which is nothing.
    fileprivate var givenText: String? { isNull ? nil : text }

    /// The items of a list; of what is none in XML where there is only one, that one, and none of nothing.
    fileprivate var listed: [JSON]? {
        switch self {
        case .array(let items): items
        case .object: [self]
        case .string(let text) where text.isEmpty: []
        default: nil
        }
    }

    /// A text of printable ASCII without spaces, or a whole number as one; nil for anything else, or what is longer.
    fileprivate func plainText(_ longest: Int) -> String? {
        let text = asString ?? asInteger.map { String($0) }
        guard let text, (1...longest).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return text
    }
}
