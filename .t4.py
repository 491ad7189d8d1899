import sys,time
import numpy as np
from oreflow.atlas import bundled
from oreflow.respond.plan.specfile import load
from oreflow.respond.plan.answer import *
from oreflow.respond.plan.proof import prove
from oreflow.respond.plan.whole import widened
w=bundled()
sp=load('examples/plan/us-minerals.yaml',w)
from dataclasses import replace
sp=replace(sp,hazards=None)
t=time.time(); st=study(w,sp); print('study',time.time()-t)
wb=widened(w,st.base,st.supplies)
print('base same', np.abs(wb.price-st.base.price).max(), np.abs(wb.balanced.plant_q-st.base.balanced.plant_q).max(), wb.net.nodes==st.base.net.nodes)
p=planned(st); print(p.chosen.sizes, p.chosen.cost/1e6)
x=np.array([p.chosen.sizes.get(m,0) for m in st.second.programme.measures])
t=time.time()
for r in prove(st,x,[1,2,3]): print(r)
for r in prove(st,x,[4,5,6,7,8,9]): print(r)
print(time.time()-t)
# x=0 whole equals second
for r in prove(st,0*x,[1,4,8]): print(r)
