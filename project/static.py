from servestatic.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Storage of static files under names with their hash, so that browsers may cache them forever.

    ES modules import one another by relative paths that end in `;`: those are rewritten too.
    """

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # each resolves one more level of imports, leaves first: more than the longest chain

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name  # nothing has been collected yet
