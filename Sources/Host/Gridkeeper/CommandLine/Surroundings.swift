import Isolation

/// What a command gets from outside: environment, clocks and where to write.
struct Surroundings: Sendable {
  let environment: [String: String]
  let time: any TimeSource
  var pause = SystemTime.pause
  let output: any TextOutput
  let errors: any TextOutput

  /// A variable that is set and not empty.
  func variable(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// How wide lines may be: a terminal's width, and any width elsewhere.
  var columns: Int { output.isTerminal ? output.columns : .max }

  /// Whether answers go to a person who wants colour.
  func style(for arguments: Arguments) -> TextStyle {
    let wanted = !arguments.switches.contains("no-color") && variable("NO_COLOR") == nil
    return TextStyle(isColoured: output.isTerminal && wanted)
  }
}

/// Somewhere to write text.
protocol TextOutput: Sendable {
  /// Whether a person reads along.
  var isTerminal: Bool { get }

  /// Columns of the terminal, or a usual width.
  var columns: Int { get }

  /// Writes all of `text`; a closed pipe is no error.
  func write(_ text: String)
}

extension TextOutput {
  /// Writes `text` and ends the line.
  func line(_ text: String = "") { write(text + "\n") }
}
