import Isolation

/// How `run` was called.
struct HostOptions: Sendable {
  /// The job table.
  var table: TablePaths
  /// Where the control socket listens.
  var socket: String
  /// What `${NAME}` reads in the table.
  var environment: [String: String]
  /// The program that workers are started from.
  var executable: String
  /// An OHLCV file that drives the outside market, over what the table says.
  var replay: String?
  /// How many times faster than real the outside market runs, over what the table says.
  var speed: Double?
  var time: any TimeSource = SystemTime()
  var pause = SystemTime.pause
  /// Who looks on as runs end.
  var observer: (any RunObserver)?
  /// What stands in for the machine, in a simulation.
  var substitutes: Substitutes?
}
