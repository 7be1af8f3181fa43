// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Secrets
import Shapes
import Wire

/// The most that an invited person may send: the longest sealed value in base 64, and its frame.
let longestVisit = 48 * 1024

/// `POST /deposit/request`: what a ticket asks for. The ticket stands in the body, so that it reaches no log.
func readDepositRequest(_ visit: Visit) async throws -> Answer {
    let fields = try visit.fields("ticket")
    let ticket = try fields.required("ticket", .ticket)
    let request = try await visit.ports.depositing.deposits.request(
        of: ticket, from: visit.address?.description, at: visit.now)
    return .json { writer in writer.object { $0.members(of: request) } }
}

/// `POST /deposit`: a key, sealed.
func receiveDeposit(_ visit: Visit) async throws -> Answer {
    let fields = try visit.fields("ticket", "deposit")
    let ticket = try fields.required("ticket", .ticket)
    let receipt = try await visit.ports.depositing.deposits.receive(
        try fields.required("deposit", .sealedDeposit), for: ticket, from: visit.address?.description, at: visit.now)
    return .json { writer in
        writer.object { writer in
            writer.member("fingerprint", receipt.fingerprint)
            writer.text("received_at", receipt.at)
        }
    }
}

extension Shape where Value == DepositTicket {
    /// What an invitation's address ends with.
    fileprivate static var ticket: Shape {
        parsed(
            "This is not a ticket.", fix: "Send the 43 characters behind the # of the address that you were given."
        ) { DepositTicket($0) }
    }
}

extension Shape where Value == SealedDeposit {
    /// `{v, key, parts, sealed}`.
    fileprivate static var sealedDeposit: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["v", "key", "parts", "sealed"])
            _ = try fields.required("v", .depositVersion)
            return SealedDeposit(
                key: try fields.required("key", .depositKeyID),
                parts: try fields.optional("parts", Shape<String>.partName.list(0...20)) ?? [],
                bytes: try fields.required("sealed", .sealedBytes))
        }
    }
}

extension Shape where Value == Int64 {
    fileprivate static var depositVersion: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let version = json.asInteger else { throw .type(pointer, "a number") }
            guard version == SealedDeposit.version else {
                throw .value(pointer, "This layout is not known here.", fix: "Send layout 1.")
            }
            return version
        }
    }
}

extension Shape where Value == String {
    fileprivate static var depositKeyID: Shape {
        parsed("This is not the id of a deposit key.", fix: "Send its 16 hexadecimal digits.") { text in
            text.utf8.count == 16 && Hexadecimal.bytes(text) != nil ? text : nil
        }
    }

    fileprivate static var partName: Shape {
        parsed("This is not the name of a part.", fix: "Send the names that the invitation asks for.") { text in
            NamedPart.isName(text) ? text : nil
        }
    }
}

extension Shape where Value == [UInt8] {
    fileprivate static var sealedBytes: Shape {
        parsed(
            "This is not base64url of 81 to \(SealedDeposit.longest) bytes.",
            fix: "Send the encapsulated key, the ciphertext and its tag in base64url without padding."
        ) { text in
            let isShort = text.utf8.count <= SealedDeposit.longest / 3 * 4
            guard isShort, let bytes = Base64URL.bytes(text) else { return nil }
            return bytes.count >= 81 ? bytes : nil
        }
    }
}

extension JSONWriter {
    /// What an invited person is told. Holds nothing but what is for them.
    fileprivate mutating func members(of request: Deposits.Request) {
        text("deposit", request.deposit.id)
        text("account", request.deposit.account)
        member("account_name", request.account)
        member("provider", request.provider.name)
        member("provider_title", request.provider.title)
        member("documentation", request.provider.documentation)
        member("destinations", request.provider.origins.map(\.text))
        member("name", request.deposit.name)
        member("note", request.deposit.note)
        key("parts")
        array { writer in
            for part in request.provider.parts where part.name != NamedPart.whole {
                writer.object { writer in
                    writer.member("name", part.name)
                    writer.member("title", part.title)
                    writer.member("lines", request.provider.isPEM(part.name))
                }
            }
        }
        text("expires_at", request.deposit.expiresAt)
        member("installation", request.installation)
        member("key", request.key.id)
        member("public_key", Base64URL.text(request.key.bytes))
    }
}

extension Provider {
    /// Whether a part has several lines.
    fileprivate func isPEM(_ part: String) -> Bool {
        clientCertificate.map { [$0.certificate, $0.privateKey].contains(part) } ?? false
    }
}
