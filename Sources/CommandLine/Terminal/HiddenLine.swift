// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// Asking for a line without showing it.
package enum HiddenLine {
    private static let interrupt: UInt8 = 3

    /// Prompts on standard error and reads one line from standard input with echo off; nil after Ctrl-C or Ctrl-D.
    ///
    /// Ctrl-C must not end the program while echo is off, or the shell would inherit a terminal that shows nothing: so
    /// for that time it ends the line instead of sending a signal.
    package static func ask(_ prompt: String) -> [UInt8]? {
        var shown = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &shown) == 0 else { return nil }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
        hidden.c_lflag |= tcflag_t(ICANON)
        unsafe withUnsafeMutableBytes(of: &hidden.c_cc) { unsafe $0[Int(VEOL)] = interrupt }
        guard unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else { return nil }
        defer { _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
        // Only now: what is typed as soon as the prompt shows is neither shown nor lost.
        FileBytes.write(Array(prompt.utf8), to: STDERR_FILENO)
        defer { FileBytes.write([0x0a], to: STDERR_FILENO) }
        return line()
    }

    private static func line() -> [UInt8]? {
        var line: [UInt8] = []
        while let byte = FileBytes.readByte(STDIN_FILENO) {
            switch byte {
            case 0x0a: return line
            case interrupt: return nil
            default: line.append(byte)
            }
        }
        return nil
    }
}
