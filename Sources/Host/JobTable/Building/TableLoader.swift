import Isolation

/// Turns the bytes of a job table into a checked table, or into everything that is wrong with it.
///
/// Pure: no clock and no disk, except for the look at the time-zone database.
package struct TableLoader: Sendable {
  private let variables: Variables
  private let fileName: String
  private let zoneExists: @Sendable (String) -> Bool

  /// Makes a loader.
  ///
  /// - Parameters:
  ///   - environment: What `${NAME}` reads.
  ///   - fileName: What diagnostics call the file.
  ///   - zoneExists: Says whether a time zone is known; by default the machine's database does.
  package init(
    environment: [String: String], fileName: String,
    zoneExists: @escaping @Sendable (String) -> Bool = ZoneDirectory.has
  ) {
    variables = Variables(environment: environment)
    self.fileName = fileName
    self.zoneExists = zoneExists
  }

  /// Parses and checks a whole table. Costs a few microseconds a job.
  package func load(_ bytes: [UInt8]) -> LoadedTable {
    let source = SourceText(file: fileName, bytes: bytes)
    var composer = DocumentComposer(source, variables: variables)
    let tree = composer.compose()
    var builder = TableBuilder(findings: composer.findings, zoneExists: zoneExists)
    if composer.isWhole { builder.build(tree) }
    let positions = TablePositions(source: source, tree: tree, jobs: builder.jobElements)
    return LoadedTable(
      table: builder.findings.hasErrors ? nil : builder.table, storage: builder.table.storage,
      diagnostics: positions.diagnostics(builder.findings), positions: positions,
      digest: StableDigest.of(bytes))
  }
}

/// What came of loading a table.
package struct LoadedTable: Sendable {
  /// The table; `nil` when a diagnostic is an error.
  package let table: JobTable?
  /// Where records are kept, as far as a table with errors tells; else the defaults.
  package let storage: StorageSettings
  /// Everything that is wrong or doubtful, in the order of the file.
  package let diagnostics: [Diagnostic]
  /// Where everything stands, for checks that come later.
  package let positions: TablePositions
  /// A stable hash of the bytes.
  package let digest: UInt64
}
