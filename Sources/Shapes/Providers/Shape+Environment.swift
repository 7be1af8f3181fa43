// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys

extension Shape where Value == [EnvironmentLine] {
    /// `{VARIABLE: format}`: up to 20 variables.
    static var environment: Shape {
        Shape<SlotFormat>.text(1000)
            .members(20, isVariable, fix: "Send [A-Z_][A-Z0-9_]{0,63} that does not change what program runs.")
            .map { $0.map { EnvironmentLine(name: $0.name, format: $0.value) } }
    }

    /// A variable that a provider may set: none that a loader, a shell or a language's runtime acts upon, and none of
    /// ours.
    private static func isVariable(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (1...64).contains(bytes.count), !(0x30...0x39).contains(bytes[0]),
            bytes.allSatisfy({ (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F })
        else { return false }
        return !refused.contains(name) && !families.contains { name.hasPrefix($0) }
    }

    private static var families: [String] {
        ["BITTING_", "LD_", "DYLD_", "GIT_", "NODE_", "PYTHON", "PERL", "RUBY", "JAVA_", "JDK_"]
    }
    private static var refused: [String] {
        [
            "PATH", "HOME", "SHELL", "IFS", "ENV", "BASH_ENV", "PS4", "EDITOR", "PAGER", "TMPDIR", "CLASSPATH",
            "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "_JAVA_OPTIONS",
        ]
    }
}
