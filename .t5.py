import sys,time
import numpy as np
from oreflow.atlas import bundled
from oreflow.market import calibrate, Settings
from oreflow.shock.catalogue import from_library
from oreflow.shock.timeline import timeline
from oreflow.shock.scope import scope_of
from oreflow.respond.plan.ranking import rank
w=bundled()
for n,start in (('jianxiawo_halt_2025','2025-07'),('china_gallium_graphite_licensing','2025-06'),('us_copper_tariff','2025-06'),('smelter_outage','2025-01')):
    sc=from_library(n)
    st=min(min(e.start,e.known_from) for e in sc.events)[:7]
    sett=Settings(start=st,periods=24)
    sco=scope_of(sc,w,start=st,months=24)
    b=calibrate(w,scope=sco)
    news=timeline(sc,w,start=st,months=24)
    t=time.time(); r=rank(w,b,news,settings=sett)
    print(n, sco, round(time.time()-t,2), r.solves, r.months)
    for x in r.rows: print(f'  {x.measure.measure:26s} {x.verdict:16s} short {x.short:10.1f} given {x.given:10.1f} avoided {x.avoided:10.1f} cost {x.cost/1e6:9.2f} unit {x.unit_cost:12.0f} lead {x.lead}')
