// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys

/// What must hold between the members of a provider, once each is well formed.
struct ProviderRules {
    private let provider: Provider
    private let pointer: String
    private let slotsAreListed: Bool
    /// What stands for secrets: the parts, or the one value.
    private let secrets: [String]
    private let settings: [String]

    init(_ provider: Provider, at pointer: String, slotsAreListed: Bool) {
        self.provider = provider
        self.pointer = pointer
        self.slotsAreListed = slotsAreListed
        secrets = provider.parts.isEmpty ? [NamedPart.whole] : provider.parts.map(\.name)
        settings = provider.settings.map(\.name)
    }

    func check() throws(FieldFault) {
        for setting in settings where secrets.contains(setting) {
            throw .value("\(pointer)/settings/\(setting)", "A part has this name too.", fix: "Give it another name.")
        }
        for (index, origin) in provider.origins.enumerated() {
            try know(origin.settings, among: settings, at: "\(pointer)/origins/\(index)")
        }
        for (index, slot) in provider.slots.enumerated() { try check(slot, at: place(index)) }
        try checkPlaces()
        try checkCertificate()
        try checkTest()
        try checkEnvironment()
        try RotationRules(provider, at: pointer, secrets: secrets, settings: settings).check()
        try checkUse()
    }

    private func place(_ index: Int) -> String { "\(pointer)/credential" + (slotsAreListed ? "/\(index)" : "") }

    private func check(_ slot: CredentialSlot, at place: String) throws(FieldFault) {
        switch slot {
        case .header(_, let format), .basic(let format), .query(_, let format), .path(let format), .body(_, let format):
            try know(format.names, among: secrets + settings, at: "\(place)/format")
        case .awsSignature(let signature):
            try know([signature.accessKeyID], among: secrets, at: "\(place)/access_key_id")
            try know([signature.secretAccessKey], among: secrets, at: "\(place)/secret_access_key")
            try know(signature.sessionToken.map { [$0] } ?? [], among: secrets, at: "\(place)/session_token")
            try know(signature.region.names, among: settings, at: "\(place)/region")
            try know(signature.service.names, among: settings, at: "\(place)/service")
        case .signature(let signature): try check(signature, at: place)
        case .clientCredentials(let credentials):
            try know([credentials.clientID], among: secrets, at: "\(place)/client_id")
            try know([credentials.clientSecret], among: secrets, at: "\(place)/client_secret")
            guard provider.origins.contains(credentials.tokenOrigin) else {
                throw .value(
                    "\(place)/token_url", "Id and secret would leave for another origin than the provider's.",
                    fix: "Send an address of one of `origins`, or add its origin there, behind the first.")
            }
        }
    }

    private func check(_ signature: MessageSignature, at place: String) throws(FieldFault) {
        try know([signature.key], among: secrets, at: "\(place)/key")
        let known = secrets + settings
        try know(signature.message.names, among: known + MessageSignature.messageNames, at: "\(place)/message")
        for field in signature.fields {
            let at = Fields.pointer("\(place)/headers", field.name)
            try know(field.format.names, among: known + ["signature", "timestamp"], at: at)
        }
    }

    private func checkPlaces() throws(FieldFault) {
        var taken: Set<String> = []
        for (index, slot) in provider.slots.enumerated() {
            for spot in slot.spots where !taken.insert(spot).inserted {
                throw .value(
                    place(index), "Another part of the credential stands in the same place.",
                    fix: "Give each a place of its own.")
            }
        }
    }

    private func checkCertificate() throws(FieldFault) {
        guard let certificate = provider.clientCertificate else { return }
        let place = "\(pointer)/tls/client_certificate"
        try know([certificate.certificate], among: secrets, at: "\(place)/certificate")
        try know([certificate.privateKey], among: secrets, at: "\(place)/private_key")
        guard certificate.certificate != certificate.privateKey else {
            throw .value("\(place)/private_key", "Certificate and key are the same part.", fix: "Name two parts.")
        }
        for name in [certificate.certificate, certificate.privateKey] where slotNames.contains(name) {
            throw .value(place, "A part of the certificate stands in requests too.", fix: "Use it in one place.")
        }
        for (index, origin) in provider.origins.enumerated() where !origin.text.lowercased().hasPrefix("https:") {
            throw .value(
                "\(pointer)/origins/\(index)", "A client certificate is shown over TLS alone.", fix: "Send https://.")
        }
    }

    private func checkTest() throws(FieldFault) {
        guard let test = provider.test else { return }
        let place = "\(pointer)/test"
        let path = SlotFormat(test.path, longest: ProviderTest.longestPath, needsName: false)
        try know(path?.names ?? [], among: settings, at: "\(place)/path")
        try know(test.settings.map(\.name), among: settings, at: "\(place)/settings")
        let taken = provider.slots.flatMap(\.spots)
        for field in test.fields where taken.contains("field \(field.name.lowercased())") {
            throw .value(
                Fields.pointer("\(place)/headers", field.name), "The credential stands in this field.",
                fix: "Leave it out.")
        }
    }

    private func checkEnvironment() throws(FieldFault) {
        let lent = settings + ["base_url", "key"]
        for line in provider.environment {
            try know(line.format.names, among: lent, at: "\(pointer)/environment/\(line.name)")
        }
        for line in provider.revealEnvironment {
            try know(line.format.names, among: settings + secrets, at: "\(pointer)/reveal_environment/\(line.name)")
        }
    }

    /// A part that goes nowhere would be asked of people for nothing; it is a slip of the pen.
    private func checkUse() throws(FieldFault) {
        let certificate = provider.clientCertificate.map { [$0.certificate, $0.privateKey] } ?? []
        let used = Set(slotNames + certificate)
        for part in secrets where !used.contains(part) {
            let place = provider.parts.isEmpty ? "\(pointer)/credential" : "\(pointer)/parts/\(part)"
            throw .value(place, "No place of the credential has {\(part)}.", fix: "Put it into one, or leave it out.")
        }
        let told = provider.environment.flatMap(\.format.names) + testNames + RotationRules.names(in: provider.rotation)
        let settled = Set(slotNames + provider.origins.flatMap(\.settings) + told)
        for setting in settings where !settled.contains(setting) {
            throw .value(
                "\(pointer)/settings/\(setting)", "This setting stands nowhere.", fix: "Use it, or leave it out.")
        }
    }

    private var slotNames: [String] { provider.slots.flatMap(\.names) }

    private var testNames: [String] {
        guard let test = provider.test else { return [] }
        return SlotFormat(test.path, longest: ProviderTest.longestPath, needsName: false)?.names ?? []
    }

    private func know(_ names: [String], among known: [String], at place: String) throws(FieldFault) {
        for name in names where !known.contains(name) {
            throw .value(
                place, "There is no {\(name)} here.",
                fix: known.isEmpty ? "Send text without names." : "Known are: \(known.joined(separator: ", ")).")
        }
    }
}
