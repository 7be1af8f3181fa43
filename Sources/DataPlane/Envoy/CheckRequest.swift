// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

/// `envoy.service.auth.v3.CheckRequest` as far as it decides: ranges of the message's bytes, so that nothing is copied.
///
/// Field numbers are those of envoy/service/auth/v3/attribute_context.proto. What is not known stays nil, and is
/// refused where the key restricts it.
struct CheckRequest {
    /// What the route's `context_extensions` ask for.
    struct Options {
        var scope: Range<Int>?
        var cost: Int64 = 1
        var tags: [Range<Int>] = []
        /// The gateway wants a signed principal.
        var wantsPrincipal = false
        /// An option that is not known or cannot be read: better refused than passed over, it may have been a scope.
        var isReadable = true
    }

    static let mostFields = 256

    var method: Range<Int>?
    /// The path as the client wrote it, with its query.
    var target: Range<Int>?
    /// The client's address, as Envoy sees it.
    var address: IPAddress?
    var options = Options()
    /// The headers of the client's call. Kept from call to call for its storage.
    var fields = FieldSection()

    /// Before the first message.
    init() {}

    /// Reads the message at `slice`.
    mutating func read(_ bytes: Span<UInt8>, _ slice: Slice) throws(ProtoFault) {
        (method, target, address, options) = (nil, nil, nil, Options())
        fields.removeAll()
        var reader = ProtoReader(slice)
        while let field = try reader.next(bytes) {
            if field.number == 1, let attributes = field.slice { try readAttributes(bytes, attributes) }
        }
    }

    private mutating func readAttributes(_ bytes: Span<UInt8>, _ slice: Slice) throws(ProtoFault) {
        var reader = ProtoReader(slice)
        while let field = try reader.next(bytes) {
            guard let part = field.slice else { continue }
            switch field.number {
            case 1: try readPeer(bytes, part)
            case 4: try readRequest(bytes, part)
            case 10: try readOption(bytes, part)
            default: break
            }
        }
    }

    /// `Peer.address.socket_address.address`
    private mutating func readPeer(_ bytes: Span<UInt8>, _ peer: Slice) throws(ProtoFault) {
        guard let address = try Self.part(1, of: peer, bytes), let socket = try Self.part(1, of: address, bytes),
            let text = try Self.part(2, of: socket, bytes)
        else { return }
        self.address = IPAddress(bytes: bytes.extracting(text.start..<text.end))
    }

    /// The last field of that number within a message.
    private static func part(_ number: Int, of slice: Slice, _ bytes: Span<UInt8>) throws(ProtoFault) -> Slice? {
        var reader = ProtoReader(slice)
        var found: Slice?
        while let field = try reader.next(bytes) {
            if field.number == number, let part = field.slice { found = part }
        }
        return found
    }

    private mutating func readRequest(_ bytes: Span<UInt8>, _ request: Slice) throws(ProtoFault) {
        guard let http = try Self.part(2, of: request, bytes) else { return }
        var reader = ProtoReader(http)
        while let field = try reader.next(bytes) {
            guard let part = field.slice else { continue }
            switch field.number {
            case 2: method = part.isEmpty ? nil : part.start..<part.end
            case 3: try readField(bytes, part)
            case 4: target = part.isEmpty ? nil : part.start..<part.end
            case 13: try readFields(bytes, part)
            default: break
            }
        }
    }

    /// `HeaderMap.headers`: Envoy sends these or the map, never both. If somebody does, a key that stands in both is
    /// one that stands twice, and refused.
    private mutating func readFields(_ bytes: Span<UInt8>, _ map: Slice) throws(ProtoFault) {
        var reader = ProtoReader(map)
        while let field = try reader.next(bytes) {
            if field.number == 1, let part = field.slice { try readField(bytes, part) }
        }
    }

    /// An entry of the map, or a `HeaderValue`, whose value may be raw.
    private mutating func readField(_ bytes: Span<UInt8>, _ entry: Slice) throws(ProtoFault) {
        var (name, value, raw) = (Slice(), Slice(), Slice())
        var reader = ProtoReader(entry)
        while let field = try reader.next(bytes) {
            guard let part = field.slice else { continue }
            switch field.number {
            case 1: name = part
            case 2: value = part
            case 3: raw = part
            default: break
            }
        }
        guard fields.count < Self.mostFields, raw.isEmpty || value.isEmpty else { throw ProtoFault() }
        fields.append(name: name, value: raw.isEmpty ? value : raw, in: bytes)
    }

    /// An entry of `context_extensions`: `scope`, `cost`, `tag`, `principal`, as in the query of `/v1/authorize`.
    private mutating func readOption(_ bytes: Span<UInt8>, _ entry: Slice) throws(ProtoFault) {
        let name = try Self.part(1, of: entry, bytes) ?? Slice()
        let value = try Self.part(2, of: entry, bytes) ?? Slice()
        if bytes.equals(name, "scope"), !value.isEmpty, options.scope == nil {
            options.scope = value.start..<value.end
        } else if bytes.equals(name, "cost"), let cost = Authorize.cost(value, bytes) {
            options.cost = cost
        } else if bytes.equals(name, "tag"), (1...VerifyQuestion.longestTag).contains(value.count) {
            options.tags = [value.start..<value.end]
        } else if bytes.equals(name, "principal"), bytes.equals(value, "1") || bytes.equals(value, "0") {
            options.wantsPrincipal = bytes.equals(value, "1")
        } else {
            options.isReadable = false
        }
    }
}
