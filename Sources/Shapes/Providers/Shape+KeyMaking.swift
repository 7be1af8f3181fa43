// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

extension KeyMaking {
    /// The requests of a guide whose kind is `minted`.
    init(_ guide: Fields) throws(FieldFault) {
        let mint = try guide.required("mint", .minting)
        let list = try guide.required("list", .listing)
        let delete = try guide.required("delete", .deleting)
        self.init(
            mint: mint.request, value: mint.value, key: mint.key, list: list.request, rows: list.rows,
            delete: delete.request, gone: delete.gone)
        next = list.next
        describe = try guide.nullable("describe", .describing)
        switch try guide.nullable("own", .owning) {
        case .asked(let own): self.own = own
        case .part(let part): ownPart = part
        case nil: break
        }
    }
}

/// `mint`, `list`, `delete` and `own` as they are written.
private struct Minting: Sendable {
    let request: KeyMaking.Request
    let value: [AnswerWant]
    let key: AnswerPath
}

private struct Listing: Sendable {
    let request: KeyMaking.Request
    let rows: AnswerRows
    let next: String?
}

private struct Deleting: Sendable {
    let request: KeyMaking.Request
    let gone: [Int]
}

private struct TakenJSON: Sendable {
    let at: AnswerPath
    let otherwise: String?
}

private enum Owning: Sendable {
    case asked(KeyMaking.Own)
    case part(KeyMaking.OwnPart)
}

extension Shape where Value == Minting {
    /// A request with `value`, a way into the answer or one for each part, and `key`, the way to the id.
    fileprivate static var minting: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, RequestField.all + ["value", "key"])
            return Minting(
                request: try fields.request(), value: try fields.required("value", .mintedValue),
                key: try fields.required("key", .answerPath))
        }
    }
}

extension Shape where Value == Listing {
    /// A request with `items`, `key`, `label?` and `more?`, ways into the answer, and `next?`, the path of further pages.
    fileprivate static var listing: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, RequestField.all + ["items", "key", "label", "more", "next"])
            let rows = AnswerRows(
                items: try fields.required("items", .answerPath), key: try fields.required("key", .answerPath),
                label: try fields.nullable("label", .answerPath), more: try fields.nullable("more", .answerPath))
            let next = try fields.nullable("next", .nextPath)
            guard rows.more == nil || next != nil else {
                throw .missing("\(pointer)/next", fix: "Send the path of further pages, with {more} in it.")
            }
            return Listing(request: try fields.request(), rows: rows, next: next)
        }
    }
}

extension Shape where Value == Deleting {
    /// A request with `gone?`, the statuses of a key that is there no more.
    fileprivate static var deleting: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, RequestField.all + ["gone"])
            return Deleting(
                request: try fields.request(),
                gone: try fields.optional("gone", Shape<Int>.status(400...499).list(0...10)) ?? [])
        }
    }
}

extension Shape where Value == KeyMaking.Describe {
    /// A request with `take`: `{name: way into the answer}`.
    fileprivate static var describing: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, RequestField.all + ["take"])
            let reserved = KeyMaking.Name.allCases.map(\.rawValue)
            let take = try fields.required(
                "take",
                Shape<TakenJSON>.takenJSON.members(
                    10, { NamedPart.isName($0) && !reserved.contains($0) },
                    fix: "Send [a-z][a-z0-9_]{0,31}, but none of \(reserved.joined(separator: ", "))."))
            return KeyMaking.Describe(
                request: try fields.request(),
                take: take.map { member in
                    var want = AnswerWant(name: member.name, at: member.value.at, asJSON: true)
                    want.otherwise = member.value.otherwise
                    return want
                })
        }
    }
}

extension Shape where Value == TakenJSON {
    /// A way into the answer, or `{at, else}` with the JSON that is taken where nothing stands there.
    fileprivate static var takenJSON: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard json.asObject != nil else {
                return TakenJSON(at: try Shape<AnswerPath>.answerPath.read(json, pointer), otherwise: nil)
            }
            let fields = try Fields(json, at: pointer, ["at", "else"])
            return TakenJSON(
                at: try fields.required("at", .answerPath), otherwise: try fields.required("else", .writtenJSON))
        }
    }
}

extension Shape where Value == String {
    fileprivate static var writtenJSON: Shape {
        parsed("This is not JSON.", fix: "Send JSON of at most 200 bytes as text, such as \"{}\".") { text in
            text.utf8.count <= 200 && (try? JSON.parse(text)) != nil ? text : nil
        }
    }
}

extension Shape where Value == Owning {
    /// A request with `key`, or `{part, after?, before?}` where the id stands in the value.
    fileprivate static var owning: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard json["part"] != nil else {
                let fields = try Fields(json, at: pointer, RequestField.all + ["key"])
                return .asked(
                    KeyMaking.Own(request: try fields.request(), key: try fields.required("key", .answerPath)))
            }
            let fields = try Fields(json, at: pointer, ["part", "after", "before"])
            return .part(
                KeyMaking.OwnPart(
                    part: try fields.required("part", .partName),
                    after: try fields.nullable("after", .fieldValue) ?? "",
                    before: try fields.nullable("before", .fieldValue) ?? ""))
        }
    }
}

extension Shape where Value == ValueSetting {
    /// A request with `length`.
    static var valueSetting: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, RequestField.all + ["length"])
            return ValueSetting(
                request: try fields.request(),
                length: try fields.required("length", Shape<Int64>.integer(16...128).map { Int($0) }))
        }
    }
}

extension Shape where Value == [AnswerWant] {
    /// A way into the answer, or one for each of up to ten parts.
    fileprivate static var mintedValue: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard json.asObject != nil else {
                return [AnswerWant(name: NamedPart.whole, at: try Shape<AnswerPath>.answerPath.read(json, pointer))]
            }
            return try Shape<AnswerPath>.answerPath
                .members(10, NamedPart.isName, fix: "Send the name of one of the provider's parts.")
                .read(json, pointer).map { AnswerWant(name: $0.name, at: $0.value) }
        }
    }
}

extension Shape where Value == AnswerPath {
    fileprivate static var answerPath: Shape {
        parsed(
            "This is not a way into an answer.",
            fix: "Send a JSON Pointer of at most 10 steps; for XML the names of elements, / before each."
        ) { AnswerPath($0) }
    }
}
