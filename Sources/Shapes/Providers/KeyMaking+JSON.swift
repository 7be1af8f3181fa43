// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

extension RotationGuide {
    /// The guide in the shape it is read in; what is absent is null or empty.
    var described: JSON {
        [
            "kind": .string(kind.rawValue), "link": .text(link), "guide": .array(steps.map { .string($0) }),
            "at_once": atOnce.map { .integer(Int64($0)) } ?? .null, "own": making?.describedOwn ?? .null,
            "describe": making?.describe?.described ?? .null, "mint": making?.describedMint ?? .null,
            "list": making?.describedList ?? .null, "delete": making?.describedDelete ?? .null,
            "set": setting?.described ?? .null,
        ]
    }
}

extension KeyMaking.Request {
    /// The request, and further members after its own.
    fileprivate func described(_ more: [JSON.Member]) -> JSON {
        let members: JSON = [
            "method": .string(method), "path": .string(path), "origin": .text(origin?.text),
            "headers": .members(fields, \.name) { .string($0.value) }, "content_type": .text(contentType),
            "body": .text(body), "settings": .members(settings, \.name) { .string($0.value) },
            "expect": .array(expect.map { .integer(Int64($0)) }),
        ]
        return .object((members.asObject ?? []) + more)
    }
}

extension KeyMaking {
    fileprivate var describedOwn: JSON? {
        if let ownPart {
            return [
                "part": .string(ownPart.part), "after": .text(ownPart.after.isEmpty ? nil : ownPart.after),
                "before": .text(ownPart.before.isEmpty ? nil : ownPart.before),
            ]
        }
        return own.map { $0.request.described([.init(name: "key", value: .string($0.key.text))]) }
    }

    fileprivate var describedMint: JSON {
        let isWhole = value.count == 1 && value[0].name == NamedPart.whole
        let value: JSON = isWhole ? .string(value[0].at.text) : .members(value, \.name) { .string($0.at.text) }
        return mint.described([
            .init(name: "value", value: value), .init(name: "key", value: .string(key.text)),
        ])
    }

    fileprivate var describedList: JSON {
        list.described([
            .init(name: "items", value: .string(rows.items.text)), .init(name: "key", value: .string(rows.key.text)),
            .init(name: "label", value: .text(rows.label?.text)), .init(name: "more", value: .text(rows.more?.text)),
            .init(name: "next", value: .text(next)),
        ])
    }

    fileprivate var describedDelete: JSON {
        delete.described([.init(name: "gone", value: .array(gone.map { .integer(Int64($0)) }))])
    }
}

extension KeyMaking.Describe {
    fileprivate var described: JSON {
        let taken = JSON.members(take, \.name) { want in
            want.otherwise.map { ["at": .string(want.at.text), "else": .string($0)] } ?? .string(want.at.text)
        }
        return request.described([.init(name: "take", value: taken)])
    }
}

extension ValueSetting {
    fileprivate var described: JSON {
        request.described([.init(name: "length", value: .integer(Int64(length)))])
    }
}
