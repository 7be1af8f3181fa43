// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

/// Lists that are stored as JSON text: routes, and the rules of a key (addresses, routes, accounts). No rules are the
/// empty text.
struct RuleText {
    var addresses: [AddressRange] = []
    var routes: [Route] = []
    var accounts: [AccountID] = []

    init(addresses: [AddressRange], routes: [Route], accounts: [AccountID]) {
        self.addresses = addresses
        self.routes = routes
        self.accounts = accounts
    }

    var text: String {
        guard !addresses.isEmpty || !routes.isEmpty || !accounts.isEmpty else { return "" }
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("addresses", addresses.map(\.description))
            writer.member("routes", Self.json(routes))
            writer.member("accounts", accounts.map(\.description))
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    init(_ text: String) throws {
        guard !text.isEmpty else { return }
        let json = try Self.parse(text)
        addresses = try Self.strings(json["addresses"]).map { try Self.need(AddressRange($0)) }
        accounts = try Self.strings(json["accounts"]).map { try Self.need(AccountID($0)) }
        routes = try Self.routes(json["routes"])
    }

    static func parse(_ text: String) throws -> JSON {
        guard let json = try? JSON.parse(text) else { throw StorageFailure.unreadable("stored JSON") }
        return json
    }

    static func strings(_ json: JSON?) throws -> [String] {
        try need(json?.asArray).map { try need($0.asString) }
    }

    static func json(_ routes: [Route]) -> JSON {
        .array(
            routes.map { route in
                .object([
                    .init(name: "methods", value: .array(route.shownMethods.map { .string($0) })),
                    .init(name: "path", value: .string(route.path)),
                ])
            })
    }

    static func routes(_ json: JSON?) throws -> [Route] {
        try need(json?.asArray).map { item in
            try need(try? Route(methods: try strings(item["methods"]), path: try need(item["path"]?.asString)))
        }
    }

    static func need<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw StorageFailure.unreadable("stored rules") }
        return value
    }
}
