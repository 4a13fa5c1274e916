"""Words as sparse vectors."""

from tools.language import scripts
from tools.library.store.points import Sparse


class Bm25:
    """Qdrant's BM25, computed here for both kinds of store so that they find the same."""

    def __init__(self) -> None:
        import qdrant_edge

        self._model = qdrant_edge.Bm25()

    def document(self, text: str) -> Sparse:
        vector = self._model.embed_document(scripts.paired(text))
        return Sparse(list(vector.indices), list(vector.values))

    def query(self, text: str) -> Sparse:
        vector = self._model.embed_query(scripts.paired(text))
        return Sparse(list(vector.indices), list(vector.values))
