"""Words of grammar, which say nothing of what a query of several words is about."""

# Folded. « été », « car », « mars » are none: they are things too.
STOP_WORDS = frozenset(
    """
    a ai aie ainsi alors apres as assez au aucun aucune aura auront aussi autre autres aux avait
    avant avec avez avoir avons ayant beaucoup bien c ca ce ceci cela celle celles celui cependant
    certaines certains ces cet cette ceux chaque chez ci comme comment contre d dans de deja depuis
    des dessous dessus donc dont du elle elles en encore entre es est et etaient etait etant etes
    etre eu eux faire fait faut font ici il ils j je jusqu jusque l la laquelle le lequel les
    lesquelles lesquels leur leurs lors lorsqu lorsque lui m ma mais me meme memes mes moi moins
    mon n ne ni non nos notre nous on ont ou par parce parmi pas pendant peu peut peuvent plus
    plusieurs pour pourquoi puis puisqu puisque qu quand que quel quelle quelles quelqu quelque
    quelques quels qui quoi quoiqu quoique s sa sans se sera seront ses si sinon soi soit sommes
    son sont sous suis sur t ta te tel telle telles tels tes toi ton tous tout toute toutes tres
    trop tu un une uns unes va vers voici voila vont vos votre vous vu y
    """.split()  # noqa: SIM905 - reads better than 200 lines
)
